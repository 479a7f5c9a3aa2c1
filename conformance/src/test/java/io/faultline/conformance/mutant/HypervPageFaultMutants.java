/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.overlay.OverlayFrames.OfVcpu;
import io.faultline.backend.hyperv.pagefault.ExceptionNotPresentRoute;
import io.faultline.backend.hyperv.pagefault.PageFaults;
import io.faultline.backend.hyperv.register.RegisterDecoration;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.ScanRules;
import io.faultline.backend.hyperv.synic.SlotCheck;
import io.faultline.backend.hyperv.synic.SourceRules;
import io.faultline.backend.hyperv.synic.StandardEventFlags;
import io.faultline.backend.hyperv.synic.StandardSourceRules;
import io.faultline.hwmodel.cpu.ProcessingElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Bugs in asynchronous page faults of the Hyper-V-style backend. */
final class HypervPageFaultMutants {
    private static final int END_OF_MESSAGE = 0xA_0014;
    private static final int SOURCE = 6;
    private static final int SLOT_BYTES = 256;
    private static final long MASKED = 1 << 16;
    private static final long CONTROL_BITS = 0xF_0007;

    static final List<Mutant> ALL = all();

    private HypervPageFaultMutants() {}

    private static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(controllers());
        all.addAll(registers());
        all.addAll(notPresent());
        all.addAll(ready());
        all.addAll(policies());
        return List.copyOf(all);
    }

    private static <T> Module instance(Class<T> type, T bug) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(type).toInstance(bug);
            }
        };
    }

    private static List<Mutant> controllers() {
        return List.of(
                HypervPageFaultParts.of(
                        "hyperv-busy-slot-overwritten",
                        "APF-113",
                        "interrupts with a busy slot",
                        instance(SlotCheck.class, (page, source) -> true)),
                HypervPageFaultParts.of(
                        "hyperv-busy-slot-not-marked",
                        "APF-113",
                        "MessagePending of the first message",
                        instance(SlotCheck.class, (page, source) -> page.load32(SLOT_BYTES * source) == 0)),
                HypervPageFaultParts.of(
                        "hyperv-end-empties-the-slot", "APF-114", "type of the message", new AbstractModule() {
                            @Provides
                            RegisterDecoration registers(OverlayFrames frames) {
                                return right -> new Registers(right) {
                                    @Override
                                    public int write(int vcpu, int name, RegisterValue value) {
                                        if (name == END_OF_MESSAGE) {
                                            frames.of(vcpu, OfVcpu.MESSAGES).store32(SLOT_BYTES * SOURCE, 0);
                                        }
                                        return super.write(vcpu, name, value);
                                    }
                                };
                            }
                        }),
                HypervPageFaultParts.of(
                        "hyperv-masked-message-forgotten", "APF-203", "interrupts for unmasking", new AbstractModule() {
                            @Provides
                            SourceRules rules(StandardSourceRules right) {
                                return new Sources(right) {
                                    @Override
                                    public boolean takesMessages(long sint) {
                                        return (sint & MASKED) == 0;
                                    }
                                };
                            }
                        }),
                HypervPageFaultParts.of(
                        "hyperv-masked-source-interrupts",
                        "APF-203",
                        "interrupts of a masked source",
                        new AbstractModule() {
                            @Provides
                            SourceRules rules(StandardSourceRules right) {
                                return new Sources(right) {
                                    @Override
                                    public boolean interrupts(long sint) {
                                        return super.interrupts(sint & ~MASKED);
                                    }
                                };
                            }
                        }),
                HypervPageFaultParts.of(
                        "hyperv-set-flag-used-again", "APF-205", "interrupts for one flag", new AbstractModule() {
                            @Provides
                            EventFlags flags(StandardEventFlags right) {
                                return new Flags(right) {
                                    @Override
                                    public boolean isSet(int vcpu, int source, int flag) {
                                        return false;
                                    }
                                };
                            }
                        }),
                HypervPageFaultParts.of(
                        "hyperv-nobody-looks-at-enable",
                        "APF-208",
                        "interrupts after the controller is on",
                        instance(ScanRules.class, new ScanRules() {
                            @Override
                            public int atEndOfMessage(int waiting) {
                                return waiting;
                            }

                            @Override
                            public int atEnable(int waiting) {
                                return 0;
                            }

                            @Override
                            public int atUnmask(int source, int waiting) {
                                return 0;
                            }
                        })));
    }

    private static List<Mutant> registers() {
        return List.of(
                HypervPageFaultParts.of(
                        "hyperv-reserved-bits-ignored",
                        "APF-206",
                        "status of setting the control register to 0x6000",
                        instance(RegisterDecoration.class, right -> new Registers(right) {
                            @Override
                            public int write(int vcpu, int name, RegisterValue value) {
                                if (name == PageFaults.CONTROL) {
                                    value.set(value.low() & CONTROL_BITS);
                                }
                                return super.write(vcpu, name, value);
                            }
                        })),
                HypervPageFaultParts.of(
                        "hyperv-enabled-again-by-another-value",
                        "APF-206",
                        "status of setting the control register to",
                        instance(RegisterDecoration.class, right -> new Registers(right) {
                            private final RegisterValue zero = new RegisterValue();

                            @Override
                            public int write(int vcpu, int name, RegisterValue value) {
                                int status = super.write(vcpu, name, value);
                                boolean isRefused = name == PageFaults.CONTROL && status == 8;
                                if (isRefused) {
                                    super.write(vcpu, name, zero);
                                }
                                return isRefused ? super.write(vcpu, name, value) : status;
                            }
                        })),
                HypervPageFaultParts.control(
                        "hyperv-refusal-not-heard",
                        "APF-207",
                        "refused faults",
                        right -> new PageFaultParts.Control(right) {
                            @Override
                            public void answer(int vcpu, long token, GuestReply reply) {
                                super.answer(vcpu, token, GuestReply.ASYNCHRONOUS);
                            }
                        }));
    }

    private static ProcessingElement pe(PageFaults machine, FaultContext fault) {
        return machine.host().vcpu(fault.vcpu()).pe();
    }

    private static List<Mutant> notPresent() {
        return List.of(
                HypervPageFaultParts.notPresent(
                        "hyperv-valid-not-looked-at",
                        "APF-207",
                        "a fault while VALID is set",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public boolean isSlotFree(int vcpu) {
                                return true;
                            }
                        }),
                HypervPageFaultParts.notPresent(
                        "hyperv-told-without-assist-page",
                        "APF-209",
                        "a fault without assist page",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public Optional<Veto> obstacle(FaultContext fault) {
                                return super.obstacle(fault).filter(veto -> veto != Veto.AREA_UNWRITABLE);
                            }
                        }),
                HypervPageFaultParts.notPresent(
                        "hyperv-room-not-reserved",
                        "APF-205",
                        "a fault with one clear flag",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public Optional<Veto> obstacle(FaultContext fault) {
                                return super.obstacle(fault)
                                        .filter(veto -> veto != ExceptionNotPresentRoute.FLAGS_IN_USE);
                            }
                        }),
                HypervPageFaultParts.notPresent(
                        "hyperv-access-skipped",
                        "APF-067",
                        "address at which the task goes on",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public boolean deliver(FaultContext fault, long token) {
                                boolean told = super.deliver(fault, token);
                                pe(machine, fault).write(SystemRegister.ELR_EL1, fault.pc() + 4);
                                return told;
                            }
                        }),
                HypervPageFaultParts.notPresent(
                        "hyperv-register-lost",
                        "APF-068",
                        "X20 at the first instruction of the handler",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public boolean deliver(FaultContext fault, long token) {
                                pe(machine, fault).x(20, token);
                                return super.deliver(fault, token);
                            }
                        }),
                HypervPageFaultParts.notPresent(
                        "hyperv-interrupted-state-lost",
                        "APF-071",
                        "interrupted PSTATE that the handler is given",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public boolean deliver(FaultContext fault, long token) {
                                boolean told = super.deliver(fault, token);
                                ProcessingElement pe = pe(machine, fault);
                                pe.write(SystemRegister.SPSR_EL1, pe.read(SystemRegister.SPSR_EL1) | 1L << 31);
                                return told;
                            }
                        }),
                HypervPageFaultParts.notPresent(
                        "hyperv-information-late",
                        "APF-031",
                        "and state 0x0",
                        (right, machine) -> new PageFaultParts.Route(right) {
                            @Override
                            public boolean deliver(FaultContext fault, long token) {
                                boolean told = super.deliver(fault, token);
                                machine.of(fault.vcpu()).information().frame().store32(0x40, 0);
                                return told;
                            }
                        }),
                HypervPageFaultParts.withoutVeto(
                        "hyperv-kernel-told", "APF-047", "an access of EL1", Veto.SUPERVISOR_MODE),
                HypervPageFaultParts.tokens(
                        "hyperv-tokens-without-vcpu",
                        "APF-039",
                        "token",
                        (fault, right) -> OptionalLong.of(right.orElse(0) & ~0xFFFL)));
    }

    private static List<Mutant> ready() {
        return List.of(
                HypervPageFaultParts.ready(
                        "hyperv-waiting-flag-forgotten",
                        "APF-204",
                        "interrupts after unmasking",
                        (right, machine) -> new PageFaultParts.Ready(right) {
                            @Override
                            public boolean isSlotFree(int vcpu) {
                                return true;
                            }

                            @Override
                            public boolean show(int vcpu, long token) {
                                super.show(vcpu, token);
                                return true;
                            }
                        }),
                HypervPageFaultParts.ready(
                        "hyperv-told-twice",
                        "APF-208",
                        "tokens of messages after the controller is on",
                        (right, machine) -> new PageFaultParts.Ready(right) {
                            private long before;

                            @Override
                            public boolean show(int vcpu, long token) {
                                boolean isFirst = token != before && token != wakeAllToken();
                                return super.show(vcpu, token) && isLast(token, isFirst);
                            }

                            private boolean isLast(long token, boolean isFirst) {
                                before = token;
                                return !isFirst;
                            }
                        }),
                HypervPageFaultParts.ready(
                        "hyperv-another-token",
                        "APF-041",
                        "token of ready",
                        (right, machine) -> new PageFaultParts.Ready(right) {
                            @Override
                            public boolean show(int vcpu, long token) {
                                return super.show(vcpu, token == wakeAllToken() ? token : token + 0x1000);
                            }
                        }),
                HypervPageFaultParts.ready(
                        "hyperv-ready-lost",
                        "APF-096",
                        "ready notification",
                        (right, machine) -> new PageFaultParts.Ready(right) {
                            @Override
                            public boolean show(int vcpu, long token) {
                                return token != wakeAllToken() || super.show(vcpu, token);
                            }
                        }));
    }

    private static List<Mutant> policies() {
        return List.of(
                HypervPageFaultParts.policy(
                        "hyperv-hidden-faults-shown",
                        "APF-090",
                        "after the page has come",
                        builder -> builder.hiddenCompletion(Policy.HiddenCompletion.SHOWN)),
                HypervPageFaultParts.policy(
                        "hyperv-one-slot-too-many", "APF-132", "all slots in use", builder -> builder.limit(65)),
                HypervPageFaultParts.policy(
                        "hyperv-disabling-keeps-faults",
                        "APF-156",
                        "faults outstanding after all have disabled",
                        builder -> builder.disableEffect(Policy.DisableEffect.KEEP)),
                HypervPageFaultParts.policy(
                        "hyperv-failures-never-end",
                        "APF-093",
                        "failures, which is not announced",
                        builder -> builder.failureLimit(Integer.MAX_VALUE)),
                HypervPageFaultParts.control(
                        "hyperv-disabling-does-nothing",
                        "APF-123",
                        "faults outstanding",
                        right -> new PageFaultParts.Control(right) {
                            @Override
                            public void disable(int vcpu) {
                                // the bug: outstanding faults go on
                            }
                        }));
    }

    /** The right registers. */
    private static class Registers implements RegisterGroup {
        private final RegisterGroup right;

        Registers(RegisterGroup right) {
            this.right = right;
        }

        @Override
        public List<RegisterRange> ranges() {
            return right.ranges();
        }

        @Override
        public int read(int vcpu, int name, RegisterValue value) {
            return right.read(vcpu, name, value);
        }

        @Override
        public int write(int vcpu, int name, RegisterValue value) {
            return right.write(vcpu, name, value);
        }
    }

    /** The right rules. */
    private static class Sources implements SourceRules {
        private final SourceRules right;

        Sources(SourceRules right) {
            this.right = right;
        }

        @Override
        public boolean isValid(long sint) {
            return right.isValid(sint);
        }

        @Override
        public boolean interrupts(long sint) {
            return right.interrupts(sint);
        }

        @Override
        public boolean takesSignals(long sint) {
            return right.takesSignals(sint);
        }

        @Override
        public boolean takesMessages(long sint) {
            return right.takesMessages(sint);
        }
    }

    /** The right flags. */
    private static class Flags implements EventFlags {
        private final EventFlags right;

        Flags(EventFlags right) {
            this.right = right;
        }

        @Override
        public int signal(int vcpu, int source, int flag) {
            return right.signal(vcpu, source, flag);
        }

        @Override
        public boolean isReceiving(int vcpu) {
            return right.isReceiving(vcpu);
        }

        @Override
        public boolean canSignal(int vcpu, int source) {
            return right.canSignal(vcpu, source);
        }

        @Override
        public boolean isSet(int vcpu, int source, int flag) {
            return right.isSet(vcpu, source, flag);
        }
    }
}
