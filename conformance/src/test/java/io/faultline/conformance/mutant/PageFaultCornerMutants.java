/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.kvm.pagefault.ApfCall;
import io.faultline.backend.kvm.pagefault.ApfFunction;
import io.faultline.backend.kvm.pagefault.ApfMachine;
import io.faultline.backend.kvm.pagefault.ApfReply;
import io.faultline.backend.kvm.pagefault.AreaAccess;
import io.faultline.backend.kvm.pagefault.ControlBlocks;
import io.faultline.backend.kvm.pagefault.PageFaultDecoration;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.List;
import java.util.Optional;

/** Bugs in asynchronous page faults that show in one corner: everything else goes on working. */
final class PageFaultCornerMutants {
    private static final int PADDING = 8;

    static final List<Mutant> ALL = List.of(
            ready(
                    "a-ready-leaves-the-line-high",
                    "APF-104",
                    "control went to",
                    (right, machine) -> new PageFaultParts.Ready(right) {
                        private boolean wakesAll;

                        @Override
                        public boolean show(int vcpu, long token) {
                            wakesAll = token == wakeAllToken();
                            return super.show(vcpu, token);
                        }

                        @Override
                        public void acknowledged(int vcpu) {
                            if (wakesAll) {
                                super.acknowledged(vcpu);
                            }
                        }
                    }),
            ready(
                    "a-disabled-interrupt-loses-ready",
                    "APF-107",
                    "ready notification",
                    (right, machine) -> new PageFaultParts.Ready(right) {
                        @Override
                        public boolean show(int vcpu, long token) {
                            boolean shown = super.show(vcpu, token);
                            boolean enabled =
                                    machine.host().gic().redistributor(vcpu).isEnabled(machine.interrupt());
                            machine.host().gic().redistributor(vcpu).setLevel(machine.interrupt(), shown && enabled);
                            return shown;
                        }
                    }),
            ready(
                    "the-line-stays-high-when-it-is-cancelled",
                    "APF-124",
                    "nothing due after disable",
                    (right, machine) -> new PageFaultParts.Ready(right) {
                        @Override
                        public void cancel(int vcpu) {
                            // the bug: the interrupt of a notification that is gone stays pending
                        }
                    }),
            area(
                    "the-padding-is-written",
                    "APF-029",
                    "byte 8 of the page of the area",
                    (right, machine) -> new PageFaultParts.Area(right) {
                        @Override
                        public void write(int vcpu, int reason, long token) {
                            super.write(vcpu, reason, token);
                            machine.host().ram().store(machine.blocks().area(vcpu) + PADDING, AccessWidth.WORD, token);
                        }
                    }),
            area(
                    "words-of-a-withdrawn-fault-stay",
                    "APF-116",
                    "which is announced",
                    (right, machine) -> new PageFaultParts.Area(right) {
                        @Override
                        public void withdraw(int vcpu, int reason, long token) {
                            // the bug: the words go on saying not-present
                        }
                    }),
            notPresent(
                    "not-present-changes-a-register",
                    "APF-068",
                    "X20",
                    (right, machine) -> new PageFaultParts.Route(right) {
                        @Override
                        public boolean deliver(FaultContext fault, long token) {
                            machine.host().vcpu(fault.vcpu()).pe().x(20, token);
                            return super.deliver(fault, token);
                        }
                    }),
            notPresent(
                    "not-present-goes-to-vcpu-0",
                    "APF-070",
                    "a notification",
                    (right, machine) -> new PageFaultParts.Route(right) {
                        @Override
                        public boolean deliver(FaultContext fault, long token) {
                            return super.deliver(
                                    new FaultContext(
                                            0,
                                            fault.page(),
                                            fault.access(),
                                            fault.stage1Walk(),
                                            fault.pc(),
                                            fault.state()),
                                    token);
                        }
                    }),
            control(
                    "disabling-is-for-vcpu-0",
                    "APF-156",
                    "faults outstanding after all have disabled",
                    (right, machine) -> new PageFaultParts.Control(right) {
                        @Override
                        public void disable(int vcpu) {
                            super.disable(0);
                        }
                    }),
            control(
                    "a-declined-fault-is-forgotten",
                    "APF-081",
                    "the declined access",
                    (right, machine) -> new PageFaultParts.Control(right) {
                        @Override
                        public void answer(int vcpu, long token, GuestReply reply) {
                            if (reply == GuestReply.SYNCHRONOUS) {
                                super.lost(vcpu, token);
                            } else {
                                super.answer(vcpu, token, reply);
                            }
                        }
                    }),
            control(
                    "acknowledging-nothing-raises-the-line",
                    "APF-101",
                    "with nothing outstanding",
                    (right, machine) -> new PageFaultParts.Control(right) {
                        @Override
                        public void acknowledge(int vcpu) {
                            Redistributor lines = machine.host().gic().redistributor(vcpu);
                            boolean nothing = !lines.isPending(machine.interrupt());
                            super.acknowledge(vcpu);
                            if (nothing) {
                                lines.setLevel(machine.interrupt(), true);
                            }
                        }
                    }),
            part(
                    "the-page-of-the-area-parks",
                    "APF-036",
                    "while the vCPU waits for its area",
                    new PageFaultDecoration() {
                        @Override
                        public VetoRule rule(Veto veto, VetoRule right, ApfMachine machine) {
                            return veto == Veto.AREA_PAGE ? fault -> Optional.empty() : right;
                        }
                    }),
            ready(
                    "an-absent-area-counts-as-free",
                    "APF-036",
                    "ready notification",
                    (right, machine) -> new PageFaultParts.Ready(right) {
                        @Override
                        public boolean isSlotFree(int vcpu) {
                            return true;
                        }
                    }),
            part("vetoes-have-one-name", "APF-066", "count of veto", new PageFaultDecoration() {
                @Override
                public VetoRule rule(Veto veto, VetoRule right, ApfMachine machine) {
                    return fault -> right.judge(fault).map(objection -> Veto.NOT_ENABLED);
                }
            }),
            part("an-address-alone-is-ignored", "APF-012", "a fault after that", new PageFaultDecoration() {
                @Override
                public ApfCall call(ApfFunction function, ApfCall right, ApfMachine machine) {
                    return function != ApfFunction.ENABLE
                            ? right
                            : (vcpu, low, high) -> low != 0 && (low & ControlBlocks.ENABLED) == 0
                                    ? ApfReply.of(Smccc.SUCCESS)
                                    : right.execute(vcpu, low, high);
                }
            }));

    private PageFaultCornerMutants() {}

    /** A bug in one part, which may look at the machine. */
    private interface Bug<P> {
        P in(P right, ApfMachine machine);
    }

    private static Mutant part(String id, String rule, String words, PageFaultDecoration bug) {
        return KvmMutant.part(id, rule, words, PageFaultDecoration.class, bug);
    }

    private static Mutant ready(String id, String rule, String words, Bug<ReadyRoute> bug) {
        return part(id, rule, words, new PageFaultDecoration() {
            @Override
            public ReadyRoute ready(ReadyRoute right, ApfMachine machine) {
                return bug.in(right, machine);
            }
        });
    }

    private static Mutant notPresent(String id, String rule, String words, Bug<NotPresentRoute> bug) {
        return part(id, rule, words, new PageFaultDecoration() {
            @Override
            public NotPresentRoute notPresent(NotPresentRoute right, ApfMachine machine) {
                return bug.in(right, machine);
            }
        });
    }

    private static Mutant area(String id, String rule, String words, Bug<AreaAccess> bug) {
        return part(id, rule, words, new PageFaultDecoration() {
            @Override
            public AreaAccess area(AreaAccess right, ApfMachine machine) {
                return bug.in(right, machine);
            }
        });
    }

    private static Mutant control(String id, String rule, String words, Bug<PageFaultControl> bug) {
        return part(id, rule, words, new PageFaultDecoration() {
            @Override
            public PageFaultControl control(PageFaultControl right, ApfMachine machine) {
                return bug.in(right, machine);
            }
        });
    }
}
