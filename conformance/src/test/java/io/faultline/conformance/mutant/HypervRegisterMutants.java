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
    private static final int TRUST_LEVEL_AT = 12;
    private static final int RESERVED_LEVEL = 0xE0;
    private static final long UID_BY_64_BITS = 0xC600_FF01L;
    private static final int PAGE = 4096;

    static final List<Mutant> ALL = List.of(
            part(
                    "the-uid-has-one-number",
                    "HV-034",
                    "X0 after the call 0xc600ff01",
                    GuestCalls.class,
                    parts -> new LikeGuestCalls(parts) {
                        @Override
                        public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
                            return function != (int) UID_BY_64_BITS && super.call(vcpu, conduit, function);
                        }
                    }),
            register(
                    "the-time-is-shut-first",
                    "HV-036",
                    "status of Get of register 0x90004",
                    ReferenceCounter.REGISTER,
                    (parts, right) ->
                            ranged(right, range -> range(range, range.privilege(), Early.NOTHING, range.isWritable()))),
            register(
                    "the-synic-can-be-read-first",
                    "HV-037",
                    "a Get of register 0xa0000 before the identity fails",
                    Synic.SIMP,
                    (parts, right) ->
                            ranged(right, range -> range(range, range.privilege(), Early.READING, range.isWritable()))),
            shape(
                    "signals-are-sent-first",
                    "HV-038",
                    "SignalEvent before the identity fails",
                    SIGNAL,
                    CallShape::whenever),
            register(
                    "each-vcpu-has-a-guest-id",
                    "HV-039",
                    "of vCPU 1 as vCPU 0 wrote it",
                    GUEST_ID,
                    (parts, right) -> new LikeGroup(right) {
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
                    "bit 72 is 0",
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
                    "status of Get of register 0x240, whose privilege is not given",
                    InformationRegisters.PROCESSOR_FREQUENCY,
                    (parts, right) -> ranged(
                            right,
                            range -> range.first() == InformationRegisters.PROCESSOR_FREQUENCY
                                    ? range(range, RegisterRange.NO_PRIVILEGE, range.early(), range.isWritable())
                                    : range)),
            status(
                    "an-unknown-name-is-a-wrong-parameter",
                    "HV-042",
                    "status of Get of register 0x2",
                    GET,
                    UNKNOWN_REGISTER,
                    PARAMETER),
            register(
                    "a-write-to-information-is-forgotten",
                    "HV-043",
                    "a Set of register 0x100 to 0x0 fails",
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
                    "VP index 4 is below 4",
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
                    "status of Set of the time",
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
                    "a Get for partition 0x0 fails",
                    GET,
                    (parts, call, right) ->
                            call.u64(0) == 0 ? HypervCallMutants.reads(parts, call, call.vcpu()) : right.execute(call)),
            call(
                    "reserved-bits-of-the-header-are-ignored",
                    "HV-047",
                    "status of Set with the trust level 0x20",
                    SET,
                    (parts, call, right) -> (call.u8(TRUST_LEVEL_AT) & RESERVED_LEVEL) == 0
                            ? right.execute(call)
                            : HypervCallMutants.writes(parts, call)),
            register(
                    "the-upper-half-is-the-sign",
                    "HV-048",
                    "upper half of register 0xa0004",
                    Synic.SIMP,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            value.set(value.low(), value.low() >> 63);
                            return status;
                        }
                    }),
            register(
                    "a-control-is-seen-later",
                    "HV-049",
                    "register 0xa0010 of vCPU 0 right after a Set",
                    Synic.SCONTROL,
                    (parts, right) -> new LikeGroup(right) {
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
                    "register 0xa000f of vCPU 0 at first",
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
                    "register 0xa0011 of vCPU 0 of a controller that is on",
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
                    "a Set of SVERSION to 0 fails",
                    Synic.SVERSION,
                    (parts, right) -> new LikeGroup(writable(right)) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return name == Synic.SVERSION ? 0 : super.write(vcpu, name, value);
                        }
                    }),
            register(
                    "eom-reads-as-written",
                    "HV-053",
                    "register 0xa0014 of vCPU 0 after a write",
                    Synic.EOM,
                    (parts, right) -> new LikeGroup(right) {
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
                    "register 0xa0012 of vCPU 0 as it was written",
                    Synic.SIEFP,
                    (parts, right) -> written(right, Synic.SIEFP, Synic.SIEFP, value -> value & ~0xFFEL)),
            register(
                    "sources-keep-what-has-a-meaning",
                    "HV-055",
                    "register 0xa0000 of vCPU 0 as it was written",
                    Synic.SINT0,
                    (parts, right) -> written(right, Synic.SINT0, Synic.SINT0 + 15, value -> value & 0x1F_FFFF)),
            register(
                    "a-source-is-that-of-all-vcpus",
                    "HV-056",
                    "register 0xa0000 of vCPU 1 as only vCPU 0 wrote its own",
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
            register(
                    "a-source-that-is-refused-is-masked",
                    "HV-057",
                    "register 0xa0007 of vCPU 0 after a source unmasked with vector 0",
                    Synic.SINT0,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            int status = super.write(vcpu, name, value);
                            if (status != 0 && name < Synic.SCONTROL) {
                                write(vcpu, name, value.low() | Sint.MASKED);
                            }
                            return status;
                        }
                    }),
            part(
                    "a-masked-source-has-a-good-vector",
                    "HV-058",
                    "status of Set of register 0xa0007",
                    SourceRules.class,
                    parts -> new LikeRules(parts) {
                        @Override
                        public boolean isValid(long sint) {
                            return right.isValid(sint)
                                    && (Sint.vector(sint) == 0 || right.isValid(sint & ~Sint.MASKED));
                        }
                    }),
            part(
                    "an-active-interrupt-is-not-pended",
                    "HV-059",
                    "the next interrupt is pending with automatic EOI",
                    InterruptRequest.class,
                    parts -> {
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
                    "status of PostMessage on connection 65",
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
            state(
                    "a-reset-leaves-the-messages",
                    "HV-061",
                    "bits in the SIM page after reset of the vCPU",
                    "synic",
                    (parts, right) -> new LikePart(right) {
                        @Override
                        public void resetVcpu(int vcpu) {
                            Frame page = parts.getInstance(Controllers.class)
                                    .messages(vcpu)
                                    .frame();
                            byte[] before = HypervNotes.copy(page, 0, PAGE);
                            super.resetVcpu(vcpu);
                            page.write(0, before, 0, PAGE);
                        }
                    }),
            register(
                    "hints-are-for-nobody",
                    "HV-153",
                    "status of Get of register 0x201",
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
            register(
                    "one-vcpu-is-set-up-at-a-time",
                    "HV-154",
                    "register 0xa0012 of vCPU 0",
                    Synic.SIMP,
                    (parts, right) -> new LikeGroup(right) {
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
