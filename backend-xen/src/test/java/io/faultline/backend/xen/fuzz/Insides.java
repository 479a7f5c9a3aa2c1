/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.faultline.api.machine.Machine;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.console.GuestConsole;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.host.CountedWork;
import io.faultline.backend.xen.host.CountedWork.Work;
import io.faultline.backend.xen.store.GuestStore;
import io.faultline.backend.xen.vcpu.StandardUpcalls;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;

/** What a machine is made of, to see what guests do to it. */
final class Insides {
    @Inject
    Host host;

    @Inject
    EventDomain domain;

    @Inject
    PortTable ports;

    @Inject
    EventChannels channels;

    @Inject
    CurrentAbi abi;

    @Inject
    EventArray array;

    @Inject
    FifoQueues queues;

    @Inject
    GuestConsole console;

    @Inject
    GuestStore store;

    @Inject
    StandardUpcalls upcalls;

    /** Collects those of all machines of a backend. */
    static final class Source extends AbstractModule {
        private final List<Insides> made = new ArrayList<>();
        final Work work = new Work();

        Module with(Module... mutants) {
            return Modules.override(Modules.combine(this, new CountedWork(work)))
                    .with(mutants);
        }

        @Override
        protected void configure() {
            Insides insides = new Insides();
            requestInjection(insides);
            made.add(insides);
        }

        /** Those that a machine has now, if a restored state had it made again. */
        Insides of(Machine machine) {
            Insides found = null;
            for (Insides insides : made) {
                if ((Object) insides.host == machine) {
                    found = insides;
                }
            }
            made.clear();
            if (found == null) {
                throw new IllegalStateException("the machine was not made here");
            }
            return found;
        }
    }
}
