/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.event.FifoSetup;
import io.faultline.backend.xen.event.StandardFifoSetup;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoAbi;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.Interleaving;
import io.faultline.backend.xen.event.abi.LinkWriter;
import io.faultline.backend.xen.event.abi.StandardLinkWriter;
import io.faultline.backend.xen.event.abi.Undeliverable;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.vcpu.Upcalls;
import java.util.function.Function;

/** What mutants of the FIFO ABI are made of. */
final class XenFifoParts {
    private XenFifoParts() {}

    static Mutant setup(String id, String rule, String words, Function<Injector, FifoSetup> maker) {
        return XenMutant.part(id, rule, words, FifoSetup.class, maker);
    }

    static Mutant abi(String id, String rule, String words, Function<Injector, FifoAbi> maker) {
        return XenMutant.part(id, rule, words, FifoAbi.class, maker);
    }

    static Mutant links(String id, String rule, String words, Function<Injector, LinkWriter> maker) {
        return XenMutant.part(id, rule, words, LinkWriter.class, maker);
    }

    /** Sets the ABI up as it should be, except for what a mutant overrides. */
    static class LikeSetup implements FifoSetup {
        final Injector parts;
        private final FifoSetup right;

        LikeSetup(Injector parts) {
            this.parts = parts;
            right = parts.getInstance(StandardFifoSetup.class);
        }

        @Override
        public int initControl(int vcpu, long gfn, int offset) {
            return right.initControl(vcpu, gfn, offset);
        }

        @Override
        public int expandArray(long gfn) {
            return right.expandArray(gfn);
        }

        @Override
        public int setPriority(int port, int priority) {
            return right.setPriority(port, priority);
        }
    }

    /** The ABI as it should be, except for what a mutant overrides. */
    static class LikeFifo extends FifoAbi {
        final Injector parts;
        final PortTable ports;
        final EventArray array;
        final FifoQueues queues;
        final Upcalls upcalls;

        LikeFifo(Injector parts) {
            super(
                    parts.getInstance(PortTable.class),
                    parts.getInstance(EventArray.class),
                    parts.getInstance(FifoQueues.class),
                    parts.getInstance(LinkWriter.class),
                    parts.getInstance(Interleaving.class),
                    parts.getInstance(Upcalls.class),
                    parts.getInstance(Undeliverable.class));
            this.parts = parts;
            ports = parts.getInstance(PortTable.class);
            array = parts.getInstance(EventArray.class);
            queues = parts.getInstance(FifoQueues.class);
            upcalls = parts.getInstance(Upcalls.class);
        }

        final boolean has(int port, int bits) {
            return array.covers(port) && (array.load(port) & bits) != 0;
        }

        final int queue(int port, int vcpu) {
            return FifoQueues.queue(vcpu, ports.priority(port));
        }

        /** Whether an event was put into its queue just now. */
        final boolean newlyLinked(int port, int vcpu) {
            boolean before = has(port, EventWord.LINKED);
            super.setPending(port, vcpu);
            return !before && has(port, EventWord.LINKED);
        }
    }

    /** Writes links as it should be, except for what a mutant overrides. */
    static class LikeLinks implements LinkWriter {
        final EventArray array;
        private final LinkWriter right;

        LikeLinks(Injector parts) {
            array = parts.getInstance(EventArray.class);
            right = parts.getInstance(StandardLinkWriter.class);
        }

        @Override
        public boolean append(int tail, int port) {
            return right.append(tail, port);
        }
    }

    static Frame shared(Injector parts) {
        return parts.getInstance(EventDomain.class).sharedInfo();
    }

    /** The first page of RAM that belongs to the array; null if there is none. */
    static Frame arrayPage(Injector parts) {
        return page(parts, parts.getInstance(EventArray.class)::uses);
    }

    /** The first page of RAM with a control block; null if there is none. */
    static Frame controlPage(Injector parts) {
        return page(parts, parts.getInstance(FifoQueues.class)::uses);
    }

    private static Frame page(Injector parts, java.util.function.LongPredicate uses) {
        Host host = parts.getInstance(Host.class);
        for (var region : host.request().memory()) {
            for (long page = region.base(); page < region.end(); page += 4096) {
                if (uses.test(page)) {
                    return new Frame(host.ram(), page);
                }
            }
        }
        return null;
    }
}
