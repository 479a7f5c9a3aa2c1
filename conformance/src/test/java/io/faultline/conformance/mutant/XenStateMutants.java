/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.backend.xen.event.EventChannelOps.BIND_IPI;
import static io.faultline.backend.xen.event.EventChannelOps.RESET;
import static io.faultline.backend.xen.event.EventChannelOps.RESET_CONT;
import static io.faultline.conformance.mutant.XenFifoParts.abi;
import static io.faultline.conformance.mutant.XenFifoParts.links;
import static io.faultline.conformance.mutant.XenFifoParts.shared;
import static io.faultline.conformance.mutant.XenMutant.EVENT_CHANNEL_OP;
import static io.faultline.conformance.mutant.XenMutant.event;
import static io.faultline.conformance.mutant.XenMutant.part;
import static io.faultline.conformance.mutant.XenMutant.result;

import com.google.inject.Injector;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.event.EventSettings;
import io.faultline.backend.xen.event.PortBinding;
import io.faultline.backend.xen.event.PortReset;
import io.faultline.backend.xen.event.StandardReset;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.conformance.mutant.XenFifoParts.LikeFifo;
import io.faultline.conformance.mutant.XenFifoParts.LikeLinks;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/** Bugs that hostile guests, resets, and saving and restoring bring to light. */
final class XenStateMutants {
    static final List<Mutant> ALL = List.of(
            links(
                    "wild-links-are-followed",
                    "XEN-139",
                    "the page behind the array is as it was",
                    parts -> new LikeLinks(parts) {
                        @Override
                        public boolean append(int tail, int port) {
                            int link = array.load(tail) & EventWord.LINK;
                            Frame page = array.covers(link) ? null : XenFifoParts.arrayPage(parts);
                            if (page != null) {
                                new Frame(page.ram(), page.physical() + 4096)
                                        .store32(link % 1024 * 4, EventWord.LINKED);
                            }
                            return super.append(tail, port);
                        }
                    }),
            abi("heads-are-read", "XEN-140", "with heads overwritten", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    Frame block = queues.tail(queue(port, vcpu)) == 0 ? null : XenFifoParts.controlPage(parts);
                    int head = block == null ? 0 : block.load32(8 + 4 * ports.priority(port));
                    if (head >= 0 && array.covers(head)) {
                        super.setPending(port, vcpu);
                    }
                }
            }),
            links("a-busy-tail-drops-events", "XEN-141", "link of the tail", parts -> new LikeLinks(parts) {
                @Override
                public boolean append(int tail, int port) {
                    return (array.load(tail) & EventWord.BUSY) != 0 || super.append(tail, port);
                }
            }),
            abi("an-idle-port-is-not-believed", "XEN-142", "that said it was linked", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (has(port, EventWord.LINKED) && !has(port, EventWord.PENDING)) {
                        array.testAndClear(port, EventWord.LINKED);
                    }
                    super.setPending(port, vcpu);
                }
            }),
            abi("a-busy-port-is-left-alone", "XEN-143", "with BUSY set by the guest", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (!has(port, EventWord.BUSY)) {
                        super.setPending(port, vcpu);
                    }
                }
            }),
            abi("what-was-taken-out-stays-out", "XEN-144", "is not left pending", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    int tail = queues.tail(queue(port, vcpu));
                    boolean out = has(port, EventWord.PENDING)
                            && !has(port, EventWord.LINKED | EventWord.MASKED)
                            && tail != 0
                            && has(tail, EventWord.LINKED);
                    if (!out) {
                        super.setPending(port, vcpu);
                    }
                }
            }),
            abi("every-event-raises-an-upcall", "XEN-145", "with all ready bits set", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (newlyLinked(port, vcpu)) {
                        upcalls.markPending(vcpu);
                    }
                }
            }),
            part(
                    "a-reset-keeps-control-blocks",
                    "XEN-146",
                    "result of init_control of vCPU 0",
                    PortReset.class,
                    parts -> {
                        StandardReset right = parts.getInstance(StandardReset.class);
                        FifoQueues queues = parts.getInstance(FifoQueues.class);
                        return (caller, resumed) -> {
                            boolean had = queues.hasBlock(0);
                            long result = right.run(caller, resumed);
                            if (had && !queues.hasBlock(0)) {
                                queues.block(0, shared(parts), 0x800);
                            }
                            return result;
                        };
                    }),
            event("a-reset-leaves-an-ipi", "XEN-148", "state of port 1 after reset", RESET, (parts, caller, call) -> {
                long result = call.call(caller);
                if (result == 0 && caller.word(0) == RESET) {
                    parts.getInstance(PortBinding.class).bindIpi(0);
                }
                return result;
            }),
            event("a-reset-unmasks", "XEN-149", "mask word 0 after reset", RESET, (parts, caller, call) -> {
                shared(parts).store64(TwoLevelAbi.MASK, 0);
                return call.call(caller);
            }),
            result(
                    "another-domain-cannot-be-found",
                    "XEN-150",
                    "result of reset of domain 0",
                    EVENT_CHANNEL_OP,
                    RESET,
                    v -> v == -1 ? -3 : v),
            result(
                    "a-second-reset-succeeds",
                    "XEN-151",
                    "result of reset while one is in progress",
                    EVENT_CHANNEL_OP,
                    RESET,
                    v -> v == -16 ? 0 : v),
            XenMutant.hypercall(
                    "nothing-is-bound-during-a-reset",
                    "XEN-152",
                    "result of bind_ipi during reset",
                    EVENT_CHANNEL_OP,
                    (parts, caller, call) -> {
                        ResetNote note = parts.getInstance(ResetNote.class);
                        int command = caller.word(0);
                        if (command == BIND_IPI && note.running) {
                            return -11;
                        }
                        long result = call.call(caller);
                        if (command == RESET && result != -16 || command == RESET_CONT) {
                            note.running = caller.word(0) == RESET_CONT;
                        }
                        return result;
                    }),
            event(
                    "a-reset-is-done-at-once",
                    "XEN-153",
                    "a reset of many ports is preempted",
                    RESET,
                    (parts, caller, call) -> call.call(new LikeCaller(caller) {
                        @Override
                        public boolean hasWorkedEnough() {
                            return false;
                        }
                    })),
            restored("restoring-forgets-queues", "XEN-197", "of the queue whose tail left it", PortTable::lastQueue),
            restored("restoring-forgets-vcpus", "XEN-198", "status of port", PortTable::vcpu));

    private XenStateMutants() {}

    /** Whether a reset of the machine is in progress. */
    @Singleton
    static final class ResetNote {
        private boolean running;

        @Inject
        ResetNote() {}
    }

    /** Sets something of a port. */
    @FunctionalInterface
    private interface PortSetter {
        void set(PortTable ports, int port, int value);
    }

    /** A table of ports in which something of every port is 0 after it was restored. */
    private static Mutant restored(String id, String rule, String words, PortSetter forgotten) {
        return part(id, rule, words, PortTable.class, parts -> new PortTable(limit(parts)) {
            @Override
            public void restore(StateReader reader, int vcpus, int consumers) {
                super.restore(reader, vcpus, consumers);
                for (int port = 1; port < valid(); port++) {
                    forgotten.set(this, port, 0);
                }
            }
        });
    }

    private static int limit(Injector parts) {
        return parts.getInstance(EventSettings.class).maxPorts();
    }
}
