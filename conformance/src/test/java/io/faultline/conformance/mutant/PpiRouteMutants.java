/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.kvm.pagefault.ApfCall;
import io.faultline.backend.kvm.pagefault.ApfFunction;
import io.faultline.backend.kvm.pagefault.ApfMachine;
import io.faultline.backend.kvm.pagefault.ApfReply;
import io.faultline.backend.kvm.pagefault.AreaAccess;
import io.faultline.backend.kvm.pagefault.ControlBlocks;
import io.faultline.backend.kvm.pagefault.PageFaultDecoration;
import java.util.List;
import java.util.Optional;

/** Bugs that only the route by PPI can have. */
final class PpiRouteMutants {
    private static final String PPI = "apf.route=ppi";
    private static final String TAKEN = "apf.route=ppi,apf.inject=taken";
    private static final String IGNORED = "apf.route=ppi,apf.reply=ignored";
    private static final long WORD = 0xFFFF_FFFFL;

    static final List<Mutant> ALL = List.of(
            mutant("the-area-never-moves", "APF-018", "reason word in the new area", PPI, new PageFaultDecoration() {
                @Override
                public ApfCall call(ApfFunction function, ApfCall right, ApfMachine machine) {
                    return function != ApfFunction.ENABLE
                            ? right
                            : (vcpu, low, high) -> (low & ControlBlocks.ENABLED) != 0
                                            && machine.blocks().isEnabled(vcpu)
                                            && machine.blocks().control(vcpu) != (high << 32 | low & WORD)
                                            && (low & 0x3E) == 0
                                    ? ApfReply.SUCCESS
                                    : right.execute(vcpu, low, high);
                }
            }),
            mutant(
                    "masked-interrupts-are-no-veto",
                    "APF-049",
                    "a fault of EL0 in the state",
                    PPI,
                    without(Veto.INTERRUPTS_MASKED)),
            mutant("a-repeated-fault-spins-by-ppi", "APF-072", "the access again", PPI, new PageFaultDecoration() {
                @Override
                public Policy policy(Policy right) {
                    return PageFaultParts.copy(right)
                            .repeatedFaults(Policy.RepeatedFaults.SPIN)
                            .build();
                }
            }),
            mutant("not-present-has-no-interrupt", "APF-073", "uses up its budget", PPI, new PageFaultDecoration() {
                @Override
                public NotPresentRoute notPresent(NotPresentRoute right, ApfMachine machine) {
                    return new PageFaultParts.Route(right) {
                        @Override
                        public boolean deliver(FaultContext fault, long token) {
                            boolean delivered = super.deliver(fault, token);
                            machine.host().gic().redistributor(fault.vcpu()).setLevel(machine.interrupt(), false);
                            return delivered;
                        }
                    };
                }
            }),
            mutant("a-parked-vcpu-is-deaf", "APF-088", "takes interrupts while it waits", PPI, stopping()),
            mutant("a-parked-vcpu-is-deaf-to-devices", "APF-089", "takes interrupts while it waits", PPI, stopping()),
            mutant(
                    "disabling-leaves-the-words",
                    "APF-151",
                    "reason word after disable",
                    PPI,
                    new PageFaultDecoration() {
                        @Override
                        public AreaAccess area(AreaAccess right, ApfMachine machine) {
                            return new PageFaultParts.Area(right) {
                                @Override
                                public void write(int vcpu, int reason, long token) {
                                    if (reason != NONE) {
                                        super.write(vcpu, reason, token);
                                    }
                                }
                            };
                        }
                    }),
            mutant(
                    "not-now-is-taken-for-got-it",
                    "APF-195",
                    "after the page has come",
                    PPI,
                    answering(GuestReply.ASYNCHRONOUS)),
            mutant(
                    "not-now-after-the-page-shows-ready",
                    "APF-200",
                    "after the page has come",
                    PPI,
                    answering(GuestReply.ASYNCHRONOUS)),
            mutant("got-it-is-taken-for-not-now", "APF-196", "ready interrupt", PPI, answering(GuestReply.SYNCHRONOUS)),
            mutant("any-token-is-replied-to", "APF-197", "result of REPLY", PPI, new PageFaultDecoration() {
                @Override
                public ApfCall call(ApfFunction function, ApfCall right, ApfMachine machine) {
                    return function == ApfFunction.REPLY ? (vcpu, token, answer) -> ApfReply.of(Smccc.SUCCESS) : right;
                }
            }),
            mutant(
                    "reply-works-where-answers-are-ignored",
                    "APF-198",
                    "REPLY with token 0",
                    IGNORED,
                    new PageFaultDecoration() {
                        @Override
                        public Policy policy(Policy right) {
                            return PageFaultParts.copy(right)
                                    .decline(Policy.Decline.BY_REPLY)
                                    .build();
                        }
                    }),
            mutant(
                    "not-present-needs-no-acknowledgement",
                    "APF-199",
                    "not-present is not acknowledged",
                    PPI,
                    new PageFaultDecoration() {
                        @Override
                        public NotPresentRoute notPresent(NotPresentRoute right, ApfMachine machine) {
                            return new PageFaultParts.Route(right) {
                                @Override
                                public boolean isSlotFree(int vcpu) {
                                    return machine.area().isPresent(vcpu)
                                            && machine.area().isFree(vcpu);
                                }
                            };
                        }
                    }),
            mutant(
                    "nothing-keeps-an-interrupt-from-being-taken",
                    "APF-201",
                    "count of veto",
                    TAKEN,
                    new PageFaultDecoration() {
                        @Override
                        public NotPresentRoute notPresent(NotPresentRoute right, ApfMachine machine) {
                            return new PageFaultParts.Route(right) {
                                @Override
                                public Optional<Veto> obstacle(FaultContext fault) {
                                    return Optional.empty();
                                }
                            };
                        }
                    }),
            mutant("the-line-stays-high-after-not-present", "APF-104", "MSR ELR_EL1", PPI, new PageFaultDecoration() {
                @Override
                public ReadyRoute ready(ReadyRoute right, ApfMachine machine) {
                    return new PageFaultParts.Ready(right) {
                        @Override
                        public void acknowledged(int vcpu) {
                            // the bug: the line is not lowered
                        }
                    };
                }
            }));

    private PpiRouteMutants() {}

    private static Mutant mutant(String id, String rule, String words, String settings, PageFaultDecoration bug) {
        return KvmMutant.part(id, rule, words, settings, PageFaultDecoration.class, bug);
    }

    private static PageFaultDecoration without(Veto forgotten) {
        return new PageFaultDecoration() {
            @Override
            public VetoRule rule(Veto veto, VetoRule right, ApfMachine machine) {
                return veto == forgotten ? fault -> Optional.empty() : right;
            }
        };
    }

    private static PageFaultDecoration stopping() {
        return new PageFaultDecoration() {
            @Override
            public Policy policy(Policy right) {
                return PageFaultParts.copy(right)
                        .undeliverable(Policy.WaitMode.STOP)
                        .build();
            }
        };
    }

    private static PageFaultDecoration answering(GuestReply always) {
        return new PageFaultDecoration() {
            @Override
            public PageFaultControl control(PageFaultControl right, ApfMachine machine) {
                return new PageFaultParts.Control(right) {
                    @Override
                    public void answer(int vcpu, long token, GuestReply reply) {
                        super.answer(vcpu, token, always);
                    }
                };
            }
        };
    }
}
