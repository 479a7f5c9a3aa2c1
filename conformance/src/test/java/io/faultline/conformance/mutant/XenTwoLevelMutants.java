/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.backend.xen.event.EventChannelOps.BIND_VCPU;
import static io.faultline.backend.xen.event.EventChannelOps.UNMASK;
import static io.faultline.conformance.mutant.XenMutant.event;
import static io.faultline.conformance.mutant.XenMutant.part;

import com.google.inject.Injector;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.vcpu.Upcalls;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** Bugs in the two-level ABI. */
final class XenTwoLevelMutants {
    static final List<Mutant> ALL = List.of(
            abi("vcpu-1-selects-nothing", "XEN-078", "selector of vCPU 1", parts -> new Like(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    super.setPending(port, vcpu);
                    if (vcpu == 1) {
                        unselect(port, vcpu);
                    }
                }
            }),
            abi("a-second-send-raises-again", "XEN-079", "while pending and selected", parts -> new Like(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (isPending(port) && !isMasked(port) && isSelected(port, vcpu)) {
                        upcalls.markPending(vcpu);
                    }
                    super.setPending(port, vcpu);
                }
            }),
            abi("masked-ports-are-raised", "XEN-080", "after an event on a masked port", parts -> new Like(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    super.setPending(port, vcpu);
                    if (isMasked(port)) {
                        select(port, vcpu);
                    }
                }
            }),
            abi("a-selected-word-raises", "XEN-081", "in a selected word", parts -> new Like(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    boolean raises = !isPending(port) && !isMasked(port);
                    super.setPending(port, vcpu);
                    if (raises) {
                        upcalls.markPending(vcpu);
                    }
                }
            }),
            event(
                    "unmask-raises-on-the-caller",
                    "XEN-082",
                    "unmasked a port of vCPU",
                    UNMASK,
                    (parts, caller, call) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        int port = XenPortMutants.argument(caller, 0);
                        if (!ports.isUsable(port)) {
                            return call.call(caller);
                        }
                        int vcpu = ports.vcpu(port);
                        ports.vcpu(port, caller.vcpu());
                        long result = call.call(caller);
                        ports.vcpu(port, vcpu);
                        return result;
                    }),
            abi("unmask-raises-what-is-not-masked", "XEN-083", "that is not masked", parts -> new Like(parts) {
                @Override
                public void unmask(int port, int vcpu) {
                    super.unmask(port, vcpu);
                    if (isPending(port)) {
                        select(port, vcpu);
                    }
                }
            }),
            abi("unmask-raises-nothing", "XEN-084", "made the call", parts -> new Like(parts) {
                @Override
                public void unmask(int port, int vcpu) {
                    shared.testAndClear64(MASK + port / 64 * 8, 1L << port);
                }
            }),
            abi("high-ports-select-two-words", "XEN-085", "after an event on port 128", parts -> new Like(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    super.setPending(port, vcpu);
                    if (port >= 128) {
                        select(port + 64 & 0xFFF, vcpu);
                    }
                }
            }),
            abi(
                    "a-pending-port-is-selected-again",
                    "XEN-086",
                    "while the pending bit is still set",
                    parts -> new Like(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            if (isPending(port) && !isMasked(port)) {
                                select(port, vcpu);
                            }
                            super.setPending(port, vcpu);
                        }
                    }),
            abi("unmask-clears-the-event", "XEN-088", "with the other vCPU's call", parts -> new Like(parts) {
                @Override
                public void unmask(int port, int vcpu) {
                    super.unmask(port, vcpu);
                    clearPending(port);
                }
            }),
            event("a-move-unselects", "XEN-089", "on the old or the new vCPU", BIND_VCPU, (parts, caller, call) -> {
                PortTable ports = parts.getInstance(PortTable.class);
                Upcalls upcalls = parts.getInstance(Upcalls.class);
                int port = XenPortMutants.argument(caller, 0);
                if (ports.isUsable(port)) {
                    int vcpu = ports.vcpu(port);
                    upcalls.infoFrame(vcpu).store64(upcalls.infoOffset(vcpu) + TwoLevelAbi.SELECTOR, 0);
                }
                return call.call(caller);
            }),
            abi("a-wild-selector-ends-upcalls", "XEN-090", "of the wild guest", parts -> new Like(parts) {
                private final TreeSet<Integer> stuck = new TreeSet<>();

                @Override
                public void setPending(int port, int vcpu) {
                    if (selector(vcpu) == -1) {
                        stuck.add(vcpu);
                    }
                    if (!stuck.contains(vcpu)) {
                        super.setPending(port, vcpu);
                    }
                }
            }),
            abi(
                    "one-pending-bit-silences-the-word",
                    "XEN-091",
                    "on another port of the word",
                    parts -> new Like(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            boolean silent = pendingWord(port) != 0 && selector(vcpu) == 0;
                            super.setPending(port, vcpu);
                            if (silent) {
                                unselect(port, vcpu);
                            }
                        }
                    }),
            XenPortMutants.closing(
                    "a-close-unselects", "XEN-093", "after the pending port was closed", (parts, right, port) -> {
                        Upcalls upcalls = parts.getInstance(Upcalls.class);
                        int vcpu = parts.getInstance(PortTable.class).vcpu(port);
                        right.close(port);
                        upcalls.infoFrame(vcpu)
                                .testAndClear64(upcalls.infoOffset(vcpu) + TwoLevelAbi.SELECTOR, 1L << port / 64);
                    }));

    private XenTwoLevelMutants() {}

    private static Mutant abi(String id, String rule, String words, Function<Injector, TwoLevelAbi> maker) {
        return part(id, rule, words, TwoLevelAbi.class, maker);
    }

    /** The ABI as it should be, except for what a mutant overrides. */
    static class Like extends TwoLevelAbi {
        final Frame shared;
        final Upcalls upcalls;

        Like(Injector parts) {
            super(parts.getInstance(EventDomain.class), parts.getInstance(Upcalls.class));
            shared = parts.getInstance(EventDomain.class).sharedInfo();
            upcalls = parts.getInstance(Upcalls.class);
        }

        final long pendingWord(int port) {
            return shared.load64(PENDING + port / 64 * 8);
        }

        final boolean isMasked(int port) {
            return (shared.load64(MASK + port / 64 * 8) & 1L << port) != 0;
        }

        final long selector(int vcpu) {
            return upcalls.infoFrame(vcpu).load64(upcalls.infoOffset(vcpu) + SELECTOR);
        }

        final boolean isSelected(int port, int vcpu) {
            return (selector(vcpu) & 1L << port / 64) != 0;
        }

        final void unselect(int port, int vcpu) {
            upcalls.infoFrame(vcpu).testAndClear64(upcalls.infoOffset(vcpu) + SELECTOR, 1L << port / 64);
        }

        final void select(int port, int vcpu) {
            if (!upcalls.infoFrame(vcpu).testAndSet64(upcalls.infoOffset(vcpu) + SELECTOR, 1L << port / 64)) {
                upcalls.markPending(vcpu);
            }
        }
    }
}
