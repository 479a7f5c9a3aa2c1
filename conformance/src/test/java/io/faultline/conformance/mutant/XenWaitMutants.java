/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.XenMutant.SCHED_OP;
import static io.faultline.conformance.mutant.XenMutant.command;
import static io.faultline.conformance.mutant.XenMutant.part;

import com.google.inject.Injector;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.PollState;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.vcpu.EventInterrupt;
import io.faultline.backend.xen.vcpu.PollPorts;
import io.faultline.backend.xen.vcpu.Upcalls;
import io.faultline.backend.xen.vcpu.VcpuPolicy;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntBiFunction;

/** Bugs in waiting for events and in the interrupt of the upcall. */
final class XenWaitMutants {
    private static final int BLOCK = 1;
    private static final int POLL = 3;
    private static final int POLL_BYTES = 24;
    private static final int TIMEOUT = 16;
    private static final int URGENT_SGI = 6;

    static final List<Mutant> ALL = List.of(
            polling("masked-ports-are-quiet", "XEN-155", "poll of a pending masked port", (parts, port) -> {
                int state = right(parts, port);
                return state == PollPorts.PENDING && isMasked(parts, port) ? PollPorts.QUIET : state;
            }),
            command(
                    "polls-have-no-timeout",
                    "XEN-156",
                    "as the time is over",
                    SCHED_OP,
                    POLL,
                    (parts, caller, call) -> call.call(new NoTimeout(caller))),
            upcalls("masked-events-wake-nobody", "XEN-157", "as the port is pending", parts -> new LikeUpcalls(parts) {
                @Override
                public void wakePollers(int port) {
                    if (parts.getInstance(CurrentAbi.class).isFifo() || !isMasked(parts, port)) {
                        super.wakePollers(port);
                    }
                }
            }),
            polling("what-is-no-port-is-quiet", "XEN-158", "poll of port 0", (parts, port) -> {
                int state = right(parts, port);
                return state == PollPorts.UNUSABLE ? PollPorts.QUIET : state;
            }),
            upcalls("any-port-wakes", "XEN-159", "as the event is on another port", parts -> new LikeUpcalls(parts) {
                @Override
                public void wakePollers(int port) {
                    for (int any = 1; any < 64; any++) {
                        super.wakePollers(any);
                    }
                }
            }),
            command(
                    "a-poll-masks-interrupts",
                    "XEN-161",
                    "the poll with an interrupt due",
                    SCHED_OP,
                    POLL,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        masks(caller);
                        return result;
                    }),
            interrupt(
                    "a-blocked-vcpu-is-not-interrupted",
                    "XEN-162",
                    "WFI with the upcall pending",
                    parts -> new Edge(parts) {
                        @Override
                        public void raise(int vcpu) {
                            if (!host.vcpu(vcpu).isBlocked()) {
                                super.raise(vcpu);
                            }
                        }
                    }),
            part(
                    "masked-events-interrupt",
                    "XEN-163",
                    "no interrupt is taken",
                    TwoLevelAbi.class,
                    parts -> new XenTwoLevelMutants.Like(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            super.setPending(port, vcpu);
                            if (isMasked(port)) {
                                new Edge(parts).raise(vcpu);
                            }
                        }
                    }),
            interrupt("only-a-blocked-vcpu-is-interrupted", "XEN-164", "upcall", parts -> new Edge(parts) {
                @Override
                public void raise(int vcpu) {
                    if (host.vcpu(vcpu).isBlocked()) {
                        super.raise(vcpu);
                    }
                }
            }),
            command(
                    "block-keeps-interrupts-masked",
                    "XEN-165",
                    "interrupts are unmasked by block",
                    SCHED_OP,
                    BLOCK,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        masks(caller);
                        return result;
                    }),
            interrupt(
                    "the-next-vcpu-is-interrupted-too",
                    "XEN-166",
                    "pending state of the interrupt",
                    parts -> new Edge(parts) {
                        @Override
                        public void raise(int vcpu) {
                            super.raise(vcpu);
                            super.raise((vcpu + 1) % host.vcpuCount());
                        }
                    }),
            interrupt(
                    "a-handled-upcall-comes-again",
                    "XEN-167",
                    "no upcall is due after another call",
                    parts -> new Edge(parts) {
                        private final boolean[] raised = new boolean[host.vcpuCount()];

                        @Override
                        public void raise(int vcpu) {
                            super.raise(vcpu);
                            raised[vcpu] = true;
                        }

                        @Override
                        public void trapped(int vcpu) {
                            if (raised[vcpu] && !isSet(vcpu)) {
                                raised[vcpu] = false;
                                super.raise(vcpu);
                            }
                        }
                    }),
            interrupt(
                    "an-active-upcall-hides-events",
                    "XEN-168",
                    "between the scan and the end",
                    parts -> new Edge(parts) {
                        @Override
                        public void raise(int vcpu) {
                            if (!gic(vcpu).isActive(ppi)) {
                                super.raise(vcpu);
                            }
                        }
                    }),
            interrupt("a-level-falls-at-the-second-end", "XEN-169", "a level stays high", parts -> new Edge(parts) {
                private int ends;

                {
                    for (int vcpu = 0; vcpu < host.vcpuCount(); vcpu++) {
                        gic(vcpu).resampleAtEnd(ppi, (pe, intid) -> isSet(pe) && ++ends % 2 == 1);
                    }
                }

                @Override
                public void raise(int vcpu) {
                    gic(vcpu).setLevel(ppi, true);
                }
            }),
            interrupt("a-disabled-interrupt-is-lost", "XEN-170", "the interrupt is pending", parts -> new Edge(parts) {
                @Override
                public void raise(int vcpu) {
                    if (gic(vcpu).isEnabled(ppi)) {
                        super.raise(vcpu);
                    }
                }
            }),
            interrupt(
                    "an-urgent-interrupt-hides-upcalls", "XEN-171", "the upcall is pending", parts -> new Edge(parts) {
                        @Override
                        public void raise(int vcpu) {
                            if (!gic(vcpu).isActive(URGENT_SGI)) {
                                super.raise(vcpu);
                            }
                        }
                    }),
            interrupt(
                    "a-level-does-not-rise-while-it-is-off",
                    "XEN-172",
                    "raised the upcall once the vCPU was on",
                    parts -> new Edge(parts) {
                        private final boolean[] high = new boolean[host.vcpuCount()];

                        {
                            for (int vcpu = 0; vcpu < host.vcpuCount(); vcpu++) {
                                gic(vcpu).resampleAtEnd(ppi, (pe, intid) -> high[pe] && isSet(pe));
                            }
                        }

                        @Override
                        public void raise(int vcpu) {
                            high[vcpu] = host.vcpu(vcpu).isOn();
                            gic(vcpu).setLevel(ppi, high[vcpu]);
                        }
                    }),
            interrupt("every-upcall-comes-twice", "XEN-173", "nothing is due afterwards", parts -> new Edge(parts) {
                private final boolean[] again = new boolean[host.vcpuCount()];

                {
                    for (int vcpu = 0; vcpu < host.vcpuCount(); vcpu++) {
                        gic(vcpu).resampleAtEnd(ppi, (pe, intid) -> {
                            boolean once = again[pe];
                            again[pe] = false;
                            return once;
                        });
                    }
                }

                @Override
                public void raise(int vcpu) {
                    again[vcpu] = true;
                    gic(vcpu).setLevel(ppi, true);
                }
            }),
            interrupt("vcpu-1-is-not-interrupted", "XEN-174", "there are 1 to 5 upcalls", parts -> new Edge(parts) {
                @Override
                public void raise(int vcpu) {
                    if (vcpu != 1) {
                        super.raise(vcpu);
                    }
                }
            }),
            interrupt("restoring-raises-again", "XEN-199", "active over a restore", parts -> new Edge(parts) {
                @Override
                public void follow(int vcpu, Frame frame, int offset) {
                    super.follow(vcpu, frame, offset);
                    if (isSet(vcpu)) {
                        super.raise(vcpu);
                    }
                }
            }));

    private XenWaitMutants() {}

    private static void masks(Caller caller) {
        caller.processor().pe().returnState(caller.processor().pe().returnState() | ProcessorState.I);
    }

    static int right(Injector parts, int port) {
        PollState state = parts.getInstance(EventChannels.class).pollState(port);
        return state == PollState.UNUSABLE
                ? PollPorts.UNUSABLE
                : state == PollState.PENDING ? PollPorts.PENDING : PollPorts.QUIET;
    }

    private static boolean isMasked(Injector parts, int port) {
        long word = parts.getInstance(EventDomain.class).sharedInfo().load64(TwoLevelAbi.MASK + port / 64 * 8);
        return (word & 1L << port) != 0;
    }

    private static Mutant polling(String id, String rule, String words, ToIntBiFunction<Injector, Integer> bug) {
        return part(id, rule, words, PollPorts.class, parts -> port -> bug.applyAsInt(parts, port));
    }

    private static Mutant upcalls(String id, String rule, String words, Function<Injector, Upcalls> maker) {
        return part(id, rule, words, Upcalls.class, maker);
    }

    private static Mutant interrupt(String id, String rule, String words, Function<Injector, EventInterrupt> maker) {
        return part(id, rule, words, EventInterrupt.class, maker);
    }

    /** Reads the structure of a poll with the time 0. */
    private static final class NoTimeout extends LikeCaller {
        NoTimeout(Caller right) {
            super(right);
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            boolean read = right.read(address, target, offset, length);
            if (length == POLL_BYTES) {
                java.util.Arrays.fill(target, offset + TIMEOUT, offset + POLL_BYTES, (byte) 0);
            }
            return read;
        }
    }

    /** An interrupt that comes once each time the hypervisor sets the byte, except for what a mutant overrides. */
    private static class Edge implements EventInterrupt {
        final Host host;
        final int ppi;
        private final Frame[] frames;
        private final int[] offsets;

        Edge(Injector parts) {
            host = parts.getInstance(Host.class);
            ppi = parts.getInstance(VcpuPolicy.class).eventInterrupt();
            frames = new Frame[host.vcpuCount()];
            offsets = new int[host.vcpuCount()];
        }

        final Redistributor gic(int vcpu) {
            return host.gic().redistributor(vcpu);
        }

        final boolean isSet(int vcpu) {
            return frames[vcpu] != null && frames[vcpu].load8(offsets[vcpu]) != 0;
        }

        @Override
        public void follow(int vcpu, Frame frame, int offset) {
            frames[vcpu] = frame;
            offsets[vcpu] = offset;
        }

        @Override
        public void release(int vcpu) {
            frames[vcpu] = null;
        }

        @Override
        public void raise(int vcpu) {
            gic(vcpu).pend(ppi);
        }

        @Override
        public void trapped(int vcpu) {
            // A trap changes nothing.
        }

        @Override
        public boolean wakes(int vcpu) {
            return false;
        }
    }
}
