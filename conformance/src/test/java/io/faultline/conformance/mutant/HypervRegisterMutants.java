/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervMutant.GET;
import static io.faultline.conformance.mutant.HypervMutant.SET;
import static io.faultline.conformance.mutant.HypervMutant.SIGNAL;
import static io.faultline.conformance.mutant.HypervMutant.call;
import static io.faultline.conformance.mutant.HypervMutant.part;
import static io.faultline.conformance.mutant.HypervMutant.register;
import static io.faultline.conformance.mutant.HypervMutant.shape;
import static io.faultline.conformance.mutant.HypervMutant.state;
import static io.faultline.conformance.mutant.HypervMutant.status;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.feature.InformationRegisters;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Gate;
import io.faultline.backend.hyperv.partition.GuestCalls;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterRange.Early;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.Controllers;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.Sint;
import io.faultline.backend.hyperv.synic.SourceRules;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import io.faultline.backend.hyperv.synic.StandardSourceRules;
import io.faultline.backend.hyperv.synic.Synic;
import io.faultline.backend.hyperv.timer.ReferenceCounter;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Bugs in registers, in the preconditions of using them and in those of the SynIC. */
final class HypervRegisterMutants {
    private static final int GUEST_ID = 0x9_0002;
    private static final int UNKNOWN_REGISTER = 0x87;
    private static final int PARAMETER = 5;
    private static final int DENIED = 6;
    private static final int LAST_PPI = 31;
    private static final int TRUST_LEVEL_AT = 12;
    private static final int RESERVED_LEVEL = 0xE0;
    private static final long SDEI_UID = 0xC600_FF01L;
    private static final int PAGE = 4096;

    static final List<Mutant> ALL = List.of(
            part("the-uid-has-one-number", "HV-034", "?", GuestCalls.class, parts -> new LikeGuestCalls(parts) {
                @Override
                public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
                    return function != (int) SDEI_UID && super.call(vcpu, conduit, function);
                }
            }),
            register(
                    "the-time-is-shut-first",
                    "HV-036",
                    "?",
                    ReferenceCounter.REGISTER,
                    (parts, right) ->
                            ranged(right, range -> range(range, range.privilege(), Early.NOTHING, range.isWritable()))),
            register(
                    "the-synic-can-be-read-first",
                    "HV-037",
                    "?",
                    Synic.SIMP,
                    (parts, right) ->
                            ranged(right, range -> range(range, range.privilege(), Early.READING, range.isWritable()))),
            shape("signals-are-sent-first", "HV-038", "?", SIGNAL, CallShape::whenever),
            register("each-vcpu-has-a-guest-id", "HV-039", "?", GUEST_ID, (parts, right) -> new LikeGroup(right) {
                @Override
                public int read(int vcpu, int name, RegisterValue value) {
                    int status = super.read(vcpu, name, value);
                    if (vcpu != 0) {
                        value.set(0);
                    }
                    return status;
                }
            }),
            register(
                    "the-crash-feature-is-not-told",
                    "HV-040",
                    "?",
                    InformationRegisters.PRIVILEGES,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            value.set(value.low(), value.high() & ~(1L << 8));
                            return status;
                        }
                    }),
            register(
                    "frequencies-need-no-privilege",
                    "HV-041",
                    "?",
                    InformationRegisters.PROCESSOR_FREQUENCY,
                    (parts, right) -> ranged(
                            right,
                            range -> range.first() == InformationRegisters.PROCESSOR_FREQUENCY
                                    ? range(range, RegisterRange.NO_PRIVILEGE, range.early(), range.isWritable())
                                    : range)),
            status("an-unknown-name-is-a-wrong-parameter", "HV-042", "?", GET, UNKNOWN_REGISTER, PARAMETER),
            register(
                    "a-write-to-information-is-forgotten",
                    "HV-043",
                    "?",
                    InformationRegisters.VERSION,
                    (parts, right) -> new LikeGroup(writable(right)) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return 0;
                        }
                    }),
            register(
                    "indexes-begin-with-one",
                    "HV-044",
                    "?",
                    InformationRegisters.VP_INDEX,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            if (name == InformationRegisters.VP_INDEX) {
                                value.set(value.low() + 1);
                            }
                            return status;
                        }
                    }),
            register(
                    "setting-the-time-is-denied",
                    "HV-045",
                    "?",
                    ReferenceCounter.REGISTER,
                    (parts, right) -> new LikeGroup(writable(right)) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return DENIED;
                        }
                    }),
            call(
                    "partition-zero-is-the-own",
                    "HV-046",
                    "?",
                    GET,
                    (parts, call, right) ->
                            call.u64(0) == 0 ? HypervCallMutants.reads(parts, call, call.vcpu()) : right.execute(call)),
            call(
                    "reserved-bits-of-the-header-are-ignored",
                    "HV-047",
                    "?",
                    SET,
                    (parts, call, right) -> (call.u8(TRUST_LEVEL_AT) & RESERVED_LEVEL) == 0
                            ? right.execute(call)
                            : HypervCallMutants.writes(parts, call)),
            register("the-upper-half-is-the-sign", "HV-048", "?", Synic.SIMP, (parts, right) -> new LikeGroup(right) {
                @Override
                public int read(int vcpu, int name, RegisterValue value) {
                    int status = super.read(vcpu, name, value);
                    value.set(value.low(), value.low() >> 63);
                    return status;
                }
            }),
            register("a-control-is-seen-later", "HV-049", "?", Synic.SCONTROL, (parts, right) -> new LikeGroup(right) {
                private long shown;

                @Override
                public int read(int vcpu, int name, RegisterValue value) {
                    int status = super.read(vcpu, name, value);
                    if (name == Synic.SCONTROL) {
                        value.set(shown);
                    }
                    return status;
                }

                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    if (name != Synic.SCONTROL) {
                        shown = value(vcpu, Synic.SCONTROL);
                    }
                    return super.write(vcpu, name, value);
                }
            }),
            register(
                    "the-last-source-is-not-masked-first",
                    "HV-050",
                    "?",
                    Synic.SINT0,
                    (parts, right) -> new LikeGroup(right) {
                        private final TreeSet<Integer> written = new TreeSet<>();

                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            if (name == Synic.SINT0 + 15 && !written.contains(vcpu)) {
                                value.set(0);
                            }
                            return status;
                        }

                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            if (name == Synic.SINT0 + 15) {
                                written.add(vcpu);
                            }
                            return super.write(vcpu, name, value);
                        }
                    }),
            register(
                    "the-version-grows-when-it-is-on",
                    "HV-051",
                    "?",
                    Synic.SVERSION,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            if (name == Synic.SVERSION) {
                                value.set(1 + value(vcpu, Synic.SCONTROL));
                            }
                            return status;
                        }
                    }),
            register(
                    "a-write-of-the-version-is-forgotten",
                    "HV-052",
                    "?",
                    Synic.SVERSION,
                    (parts, right) -> new LikeGroup(writable(right)) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return name == Synic.SVERSION ? 0 : super.write(vcpu, name, value);
                        }
                    }),
            register("eom-reads-as-written", "HV-053", "?", Synic.EOM, (parts, right) -> new LikeGroup(right) {
                private long last;

                @Override
                public int read(int vcpu, int name, RegisterValue value) {
                    int status = super.read(vcpu, name, value);
                    if (name == Synic.EOM) {
                        value.set(last);
                    }
                    return status;
                }

                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    if (name == Synic.EOM) {
                        last = value.low();
                    }
                    return super.write(vcpu, name, value);
                }
            }),
            register(
                    "the-flag-page-keeps-its-address-only",
                    "HV-054",
                    "?",
                    Synic.SIEFP,
                    (parts, right) -> written(right, Synic.SIEFP, Synic.SIEFP, value -> value & ~0xFFEL)),
            register(
                    "sources-keep-what-has-a-meaning",
                    "HV-055",
                    "?",
                    Synic.SINT0,
                    (parts, right) -> written(right, Synic.SINT0, Synic.SINT0 + 15, value -> value & 0x1F_FFFF)),
            register(
                    "a-source-is-that-of-all-vcpus",
                    "HV-056",
                    "?",
                    Synic.SINT0,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            int status = super.write(vcpu, name, value);
                            boolean isSource = name < Synic.SCONTROL;
                            if (isSource && parts.getInstance(Host.class).vcpuCount() == 2) {
                                super.write(1 - vcpu, name, value);
                            }
                            return status;
                        }
                    }),
            part("shared-interrupts-are-vectors", "HV-057", "?", SourceRules.class, parts -> new LikeRules(parts) {
                @Override
                public boolean isValid(long sint) {
                    return right.isValid(sint) || Sint.vector(sint) > LAST_PPI;
                }
            }),
            part("a-masked-source-has-a-good-vector", "HV-058", "?", SourceRules.class, parts -> new LikeRules(parts) {
                @Override
                public boolean isValid(long sint) {
                    return right.isValid(sint) && (Sint.vector(sint) == 0 || right.isValid(sint & ~Sint.MASKED));
                }
            }),
            part("an-active-interrupt-is-not-pended", "HV-059", "?", InterruptRequest.class, parts -> {
                InterruptRequest right = parts.getInstance(StandardInterruptRequest.class);
                Host host = parts.getInstance(Host.class);
                return (vcpu, intid) -> {
                    if (!host.gic().redistributor(vcpu).isActive(intid)) {
                        right.raise(vcpu, intid);
                    }
                };
            }),
            part(
                    "a-controller-that-is-off-shuts-all",
                    "HV-060",
                    "?",
                    io.faultline.backend.hyperv.synic.MessageQueues.class,
                    parts -> new LikeQueues(parts) {
                        @Override
                        public boolean isReceiving(int vcpu) {
                            Controllers controllers = parts.getInstance(Controllers.class);
                            boolean areAllOn = true;
                            for (int i = 0; i < controllers.count(); i++) {
                                areAllOn &= controllers.isOn(i);
                            }
                            return areAllOn && super.isReceiving(vcpu);
                        }
                    }),
            state("a-reset-leaves-the-messages", "HV-061", "?", "synic", (parts, right) -> new LikePart(right) {
                @Override
                public void resetVcpu(int vcpu) {
                    Frame page =
                            parts.getInstance(Controllers.class).messages(vcpu).frame();
                    byte[] before = HypervNotes.copy(page, 0, PAGE);
                    super.resetVcpu(vcpu);
                    page.write(0, before, 0, PAGE);
                }
            }),
            register(
                    "hints-are-for-nobody",
                    "HV-153",
                    "?",
                    InformationRegisters.HINTS,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            return name == InformationRegisters.HINTS
                                            && parts.getInstance(Gate.class).isOpen()
                                    ? DENIED
                                    : super.read(vcpu, name, value);
                        }
                    }),
            register("one-vcpu-is-set-up-at-a-time", "HV-154", "?", Synic.SIMP, (parts, right) -> new LikeGroup(right) {
                private int inTurn;

                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    if (name == Synic.SIMP) {
                        inTurn = vcpu;
                    }
                    boolean isSetUp = value(vcpu, Synic.SCONTROL) != 0;
                    return super.write(isSetUp || name != Synic.SIEFP ? vcpu : inTurn, name, value);
                }
            }));

    /** The rules of sources as the backend has them; a mutant changes some of it. */
    static class LikeRules implements SourceRules {
        final SourceRules right;

        LikeRules(com.google.inject.Injector parts) {
            right = parts.getInstance(StandardSourceRules.class);
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

    private HypervRegisterMutants() {}

    private static RegisterRange range(RegisterRange range, int privilege, Early early, boolean isWritable) {
        return new RegisterRange(range.first(), range.last(), privilege, early, isWritable);
    }

    private static RegisterGroup ranged(RegisterGroup right, UnaryOperator<RegisterRange> change) {
        return new LikeGroup(right) {
            @Override
            public List<RegisterRange> ranges() {
                return super.ranges().stream().map(change).toList();
            }
        };
    }

    private static RegisterGroup writable(RegisterGroup right) {
        return ranged(right, range -> range(range, range.privilege(), range.early(), true));
    }

    /** Some registers of a group are written with another value. */
    private static RegisterGroup written(
            RegisterGroup right, int first, int last, java.util.function.LongUnaryOperator change) {
        return new LikeGroup(right) {
            @Override
            public int write(int vcpu, int name, RegisterValue value) {
                if (name >= first && name <= last) {
                    return write(vcpu, name, change.applyAsLong(value.low()));
                }
                return super.write(vcpu, name, value);
            }
        };
    }
}
