/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.faultline.api.machine.Machine;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.HypercallDecoration;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;

/** What the fuzzer looks at inside of a machine. */
final class Insides {
    @Inject
    Host host;

    @Inject
    OverlayFrames frames;

    /** Private interrupts that were raised since somebody looked, each as vCPU and INTID. */
    final List<Integer> raised = new ArrayList<>();

    /** Collects those of all machines of a backend. */
    static final class Source extends AbstractModule {
        private final List<Insides> made = new ArrayList<>();
        /** How many calls, or elements of lists, were handled since somebody set it back. */
        private int work;

        Module with(Module... mutants) {
            return Modules.override(this).with(mutants);
        }

        int takeWork() {
            int done = work;
            work = 0;
            return done;
        }

        @Override
        protected void configure() {
            Insides insides = new Insides();
            requestInjection(insides);
            made.add(insides);
            bind(Insides.class).toInstance(insides);
            bind(InterruptRequest.class).to(Recorded.class);
            bind(HypercallDecoration.class).toInstance(call -> new Counted(call));
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

        private final class Counted implements Hypercall {
            private final Hypercall call;

            Counted(Hypercall call) {
                this.call = call;
            }

            @Override
            public CallShape shape() {
                return call.shape();
            }

            @Override
            public int execute(Call parameters) {
                work++;
                return call.execute(parameters);
            }
        }
    }

    private static final class Recorded implements InterruptRequest {
        private final StandardInterruptRequest standard;
        private final Insides insides;

        @Inject
        Recorded(StandardInterruptRequest standard, Insides insides) {
            this.standard = standard;
            this.insides = insides;
        }

        @Override
        public void raise(int vcpu, int intid) {
            insides.raised.add(vcpu << 8 | intid);
            standard.raise(vcpu, intid);
        }
    }
}
