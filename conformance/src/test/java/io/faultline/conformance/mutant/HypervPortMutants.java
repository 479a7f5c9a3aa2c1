/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervMutant.POST;
import static io.faultline.conformance.mutant.HypervMutant.SIGNAL;
import static io.faultline.conformance.mutant.HypervMutant.around;
import static io.faultline.conformance.mutant.HypervMutant.binding;
import static io.faultline.conformance.mutant.HypervMutant.calling;
import static io.faultline.conformance.mutant.HypervMutant.late;
import static io.faultline.conformance.mutant.HypervMutant.module;
import static io.faultline.conformance.mutant.HypervMutant.part;
import static io.faultline.conformance.mutant.HypervMutant.shape;
import static io.faultline.conformance.mutant.HypervMutant.status;

import com.google.inject.Injector;
import com.google.inject.Module;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.port.PortRules;
import io.faultline.backend.hyperv.port.StandardPortRules;
import io.faultline.backend.hyperv.port.StandardTargetChoice;
import io.faultline.backend.hyperv.port.TargetChoice;
import io.faultline.backend.hyperv.synic.Controllers;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.FlagSetter;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.Sint;
import io.faultline.backend.hyperv.synic.Slot;
import io.faultline.backend.hyperv.synic.SlotWriter;
import io.faultline.backend.hyperv.synic.StandardEventFlags;
import io.faultline.backend.hyperv.synic.StandardFlagSetter;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import io.faultline.backend.hyperv.synic.StandardSlotWriter;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** Bugs in event flags, ports, connections and what is sent on them. */
final class HypervPortMutants {
    private static final int UNKNOWN = 0x12;
    private static final int NO_PORT = 0x11;
    private static final int NO_BUFFER = 0x13;
    private static final int DENIED = 6;
    private static final int PARAMETER = 5;
    private static final int FLAGS = 2048;
    private static final int AREA = 256;
    private static final int PAYLOAD = 240;
    private static final int CALLER = -1;
    private static final long UPPER_BITS = 0xFF00_0000L;
    private static final long RESERVED = 0xFFFFL << 48;

    static final List<Mutant> ALL = List.of(
            flags(
                    "flags-of-the-second-half-make-no-interrupt",
                    "HV-095",
                    "for flag 2040",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            if (flag < FLAGS / 2 || !canSignal(vcpu, source)) {
                                return super.signal(vcpu, source, flag);
                            }
                            setter.set(page(vcpu), source, flag);
                            return 0;
                        }
                    }),
            flags("every-signal-interrupts", "HV-096", "vCPU 0 for flag 0 again", parts -> new LikeFlags(parts) {
                @Override
                public int signal(int vcpu, int source, int flag) {
                    boolean wasSet = canSignal(vcpu, source) && isSet(vcpu, source, flag);
                    int status = super.signal(vcpu, source, flag);
                    if (wasSet) {
                        interrupt(vcpu, source);
                    }
                    return status;
                }
            }),
            setter(
                    "flags-begin-with-the-highest-bit",
                    "HV-097",
                    "byte 0 of the area of the source",
                    (right, page, source, flag) -> right.set(page, source, flag ^ 7)),
            setter(
                    "sources-have-each-others-areas",
                    "HV-098",
                    "flags of vCPU 0 as 2048 * source + flag after source 0",
                    (right, page, source, flag) -> right.set(page, source ^ 8, flag)),
            late(
                    "a-flag-is-set-with-its-whole-area",
                    "HV-099",
                    "flags of vCPU 0 as 2048 * source + flag",
                    FlagSetter.class,
                    parts -> writing(parts, AREA)),
            late(
                    "a-flag-is-set-with-its-word",
                    "HV-104",
                    "flags of vCPU 0 as 2048 * source + flag",
                    FlagSetter.class,
                    parts -> writing(parts, Long.BYTES)),
            flags(
                    "a-controller-that-is-off-takes-flags",
                    "HV-100",
                    "status of a signal of the VMM while SCONTROL is off",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            boolean isPageOn = controllers().flags(vcpu).isEnabled();
                            if (!isPageOn || controllers().isOn(vcpu)) {
                                return super.signal(vcpu, source, flag);
                            }
                            setter.set(page(vcpu), source, flag);
                            return 0;
                        }
                    }),
            flags(
                    "a-page-that-is-off-keeps-flags",
                    "HV-101",
                    "flags of vCPU 0 as 2048 * source + flag when SIEFP is on again",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            if (controllers().isOn(vcpu)
                                    && !controllers().flags(vcpu).isEnabled()) {
                                setter.set(page(vcpu), source, flag);
                            }
                            return super.signal(vcpu, source, flag);
                        }
                    }),
            flags(
                    "a-masked-source-takes-flags",
                    "HV-102",
                    "memory at the page stays while the source is masked",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            if (isReceiving(vcpu) && Sint.isMasked(sint(vcpu, source))) {
                                setter.set(page(vcpu), source, flag);
                            }
                            return super.signal(vcpu, source, flag);
                        }
                    }),
            flags(
                    "a-polled-source-interrupts-for-flags",
                    "HV-103",
                    "vCPU 0 of a polled source",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            boolean isPolled = (sint(vcpu, source) & (Sint.POLLING | Sint.MASKED)) == Sint.POLLING;
                            boolean isNew = canSignal(vcpu, source) && !isSet(vcpu, source, flag);
                            int status = super.signal(vcpu, source, flag);
                            if (isPolled && isNew) {
                                interrupt(vcpu, source);
                            }
                            return status;
                        }
                    }),
            part(
                    "a-flag-that-was-set-once-interrupts-no-more",
                    "HV-105",
                    "vCPU 0 for the flag, time 1",
                    FlagSetter.class,
                    parts -> {
                        FlagSetter right = parts.getInstance(StandardFlagSetter.class);
                        TreeSet<Integer> known = new TreeSet<>();
                        return (page, source, flag) ->
                                right.set(page, source, flag) && known.add(source * FLAGS + flag);
                    }),
            rules("a-port-has-one-flag-more", "HV-106", "status of flag 1 of a port with 1", new StandardLikeRules() {
                @Override
                public int flag(int first, int count, int relative) {
                    return relative == count && first + count < FLAGS
                            ? first + count
                            : super.flag(first, count, relative);
                }
            }),
            rules(
                    "flags-are-counted-modulo-2048",
                    "HV-107",
                    "status of a signal of flag 2048 to a port",
                    new StandardLikeRules() {
                        @Override
                        public int flag(int first, int count, int relative) {
                            return super.flag(first, count, relative & FLAGS - 1);
                        }
                    }),
            rules(
                    "every-port-begins-at-flag-0",
                    "HV-108",
                    "flags of vCPU 0 as 2048 * source + flag of ports that begin somewhere",
                    new StandardLikeRules() {
                        @Override
                        public int flag(int first, int count, int relative) {
                            return relative < count ? relative : -1;
                        }
                    }),
            flags("signals-have-64-buffers", "HV-109", "status of a signal of flag", parts -> new LikeFlags(parts) {
                private int count;

                @Override
                public int signal(int vcpu, int source, int flag) {
                    return ++count > Long.SIZE ? NO_BUFFER : super.signal(vcpu, source, flag);
                }
            }),
            module(
                    "each-sender-of-a-flag-interrupts",
                    "HV-110",
                    "interrupts of one flag",
                    knowingCaller(SIGNAL),
                    binding(FlagSetter.class, parts -> {
                        FlagSetter right = parts.getInstance(StandardFlagSetter.class);
                        HypervNotes notes = parts.getInstance(HypervNotes.class);
                        return (page, source, flag) -> {
                            Long last = notes.numbers.put(source * FLAGS + flag, caller(parts));
                            boolean isEdge = right.set(page, source, flag);
                            return isEdge || last != null && last != caller(parts);
                        };
                    })),
            flags(
                    "a-flag-while-another-is-pending-is-lost",
                    "HV-111",
                    "flags of vCPU 0 as 2048 * source + flag in the end",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            int vector = Sint.vector(sint(vcpu, source));
                            boolean isPending = canSignal(vcpu, source)
                                    && parts.getInstance(Host.class)
                                            .gic()
                                            .redistributor(vcpu)
                                            .isPending(vector);
                            return isPending ? 0 : super.signal(vcpu, source, flag);
                        }
                    }),
            status(
                    "an-unknown-connection-is-a-wrong-parameter",
                    "HV-113",
                    "status of SignalEvent on the unknown connection 0x0",
                    SIGNAL,
                    UNKNOWN,
                    PARAMETER),
            around(
                    "connections-have-the-lower-24-bits",
                    "HV-114",
                    "status of SignalEvent on a connection with the upper bits 0x1000000",
                    (parts, call, right) -> {
                        if (call.code() == SIGNAL && call.isFast()) {
                            call.with(call.input(), call.x(call.input()) & ~UPPER_BITS, right);
                        } else {
                            right.run();
                        }
                    }),
            rules(
                    "type-0-is-a-type",
                    "HV-115",
                    "status of a message of type 0x0 on connection 81",
                    new StandardLikeRules() {
                        @Override
                        public boolean isMessage(int type, int size) {
                            return super.isMessage(type == 0 ? 1 : type, size);
                        }
                    }),
            rules(
                    "guests-may-speak-as-the-hypervisor",
                    "HV-116",
                    "status of a message of type 0x80000000 on connection 81",
                    new StandardLikeRules() {
                        @Override
                        public boolean isMessage(int type, int size) {
                            return super.isMessage(type < 0 ? 1 : type, size);
                        }
                    }),
            rules(
                    "payloads-have-232-bytes",
                    "HV-117",
                    "status of PostMessage on connection 81",
                    new StandardLikeRules() {
                        @Override
                        public boolean isMessage(int type, int size) {
                            return size <= 232 && super.isMessage(type, size);
                        }
                    }),
            rules(
                    "payloads-are-not-empty",
                    "HV-118",
                    "status of PostMessage on connection 81",
                    new StandardLikeRules() {
                        @Override
                        public boolean isMessage(int type, int size) {
                            return size > 0 && super.isMessage(type, size);
                        }
                    }),
            module(
                    "the-whole-block-is-delivered",
                    "HV-119",
                    "byte 16 of a slot with 0 bytes is not the caller's",
                    calling(POST, (parts, call, right) -> {
                        byte[] block = new byte[PAYLOAD];
                        call.read(Slot.PAYLOAD, block, 0, PAYLOAD);
                        parts.getInstance(HypervNotes.class).bytes.put(0, block);
                        return right.execute(call);
                    }),
                    binding(SlotWriter.class, parts -> {
                        SlotWriter right = parts.getInstance(StandardSlotWriter.class);
                        return (page, source, message, more) -> {
                            byte[] block =
                                    parts.getInstance(HypervNotes.class).bytes.get(0);
                            right.write(page, source, message, more);
                            if (block != null) {
                                int size = message.size();
                                page.write(Slot.at(source) + Slot.PAYLOAD + size, block, size, PAYLOAD - size);
                            }
                        };
                    })),
            around("a-fast-message-has-no-code", "HV-120", "status of a fast PostMessage", (parts, call, right) -> {
                if (call.code() == POST && call.isFast()) {
                    call.result(2);
                } else {
                    right.run();
                }
            }),
            status(
                    "a-port-for-events-is-a-wrong-parameter",
                    "HV-121",
                    "status of PostMessage to a port for events",
                    POST,
                    NO_PORT,
                    PARAMETER),
            status(
                    "a-port-for-messages-forgets-signals",
                    "HV-122",
                    "status of SignalEvent to a port for messages",
                    SIGNAL,
                    NO_PORT,
                    0),
            around(
                    "reserved-bits-of-a-signal-are-ignored",
                    "HV-123",
                    "status of a signal of 0x",
                    (parts, call, right) -> {
                        if (call.code() == SIGNAL && call.isFast()) {
                            call.with(call.input(), call.x(call.input()) & ~RESERVED, right);
                        } else {
                            right.run();
                        }
                    }),
            rules("originations-have-16-bits", "HV-124", "of port 16777215", new StandardLikeRules() {
                @Override
                public long origination(int port) {
                    return port & 0xFFFF;
                }
            }),
            status(
                    "a-deleted-port-is-an-unknown-connection",
                    "HV-125",
                    "status of PostMessage to a deleted port",
                    POST,
                    NO_PORT,
                    UNKNOWN),
            shape(
                    "signals-need-no-privilege",
                    "HV-126",
                    "status of SignalEvent, whose privilege is not given",
                    SIGNAL,
                    shape -> new CallShape(
                            shape.name(),
                            shape.code(),
                            CallShape.NO_PRIVILEGE,
                            shape.isList(),
                            shape.input(),
                            shape.element(),
                            shape.output(),
                            shape.inMemory(),
                            shape.always())),
            part(
                    "any-vcpu-is-the-first",
                    "HV-127",
                    "status of PostMessage on connection 81",
                    TargetChoice.class,
                    parts -> new TargetChoice() {
                        private final TargetChoice right = parts.getInstance(StandardTargetChoice.class);

                        @Override
                        public int forMessage(int source) {
                            return 0;
                        }

                        @Override
                        public int forSignal(int source) {
                            return right.forSignal(source);
                        }
                    }),
            module(
                    "a-message-interrupts-its-sender",
                    "HV-128",
                    "vCPU 1 for a message from vCPU 0 to vCPU 1",
                    knowingCaller(POST),
                    toCaller()),
            flags(
                    "a-page-that-was-turned-off-is-written",
                    "HV-177",
                    "RAM below the page stays",
                    parts -> new LikeFlags(parts) {
                        @Override
                        public int signal(int vcpu, int source, int flag) {
                            long place = controllers().flags(vcpu).register() & -4096L;
                            Host host = parts.getInstance(Host.class);
                            if (!controllers().flags(vcpu).isEnabled()
                                    && host.ram().contains(place)) {
                                setter.set(new Frame(host.ram(), place), source, flag);
                            }
                            return super.signal(vcpu, source, flag);
                        }
                    }),
            module(
                    "a-signal-interrupts-its-sender",
                    "HV-179",
                    "vCPU 0 for a signal to vCPU 1",
                    knowingCaller(SIGNAL),
                    toCaller()),
            around("a-denied-call-has-a-status-of-its-own", "HV-180", "is one that there is", (parts, call, right) -> {
                right.run();
                if (call.status() == DENIED) {
                    call.result(call.result() | 0x100);
                }
            }),
            setter(
                    "a-second-signal-takes-the-flag-back",
                    "HV-187",
                    "flags of vCPU 0 as 2048 * source + flag of a token that was signalled twice",
                    (right, page, source, flag) -> {
                        boolean isEdge = right.set(page, source, flag);
                        if (!isEdge) {
                            int at = source * AREA + flag / Byte.SIZE;
                            page.store8(at, page.load8(at) & ~(1 << flag % Byte.SIZE));
                        }
                        return isEdge;
                    }));

    /** Sets a flag wrongly. */
    private interface Setting {
        boolean set(FlagSetter right, Frame page, int source, int flag);
    }

    /** Flags as the backend has them; a mutant changes some of it. */
    static class LikeFlags implements EventFlags {
        final Injector parts;
        final FlagSetter setter;
        private final EventFlags right;

        LikeFlags(Injector parts) {
            this.parts = parts;
            setter = parts.getInstance(FlagSetter.class);
            right = parts.getInstance(StandardEventFlags.class);
        }

        final Controllers controllers() {
            return parts.getInstance(Controllers.class);
        }

        final Frame page(int vcpu) {
            return controllers().flags(vcpu).frame();
        }

        final long sint(int vcpu, int source) {
            return controllers().sint(vcpu, source);
        }

        final void interrupt(int vcpu, int source) {
            parts.getInstance(InterruptRequest.class).raise(vcpu, Sint.vector(sint(vcpu, source)));
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

    /** Rules as the backend has them; a mutant changes some of it. */
    private static class StandardLikeRules implements PortRules {
        private final PortRules right = new StandardPortRules();

        @Override
        public boolean isMessage(int type, int size) {
            return right.isMessage(type, size);
        }

        @Override
        public int flag(int first, int count, int relative) {
            return right.flag(first, count, relative);
        }

        @Override
        public long origination(int port) {
            return right.origination(port);
        }
    }

    private HypervPortMutants() {}

    private static Mutant flags(String id, String rule, String words, Function<Injector, EventFlags> bug) {
        return part(id, rule, words, EventFlags.class, bug);
    }

    private static Mutant rules(String id, String rule, String words, PortRules bug) {
        return part(id, rule, words, PortRules.class, parts -> bug);
    }

    private static Mutant setter(String id, String rule, String words, Setting bug) {
        return part(id, rule, words, FlagSetter.class, parts -> {
            FlagSetter right = parts.getInstance(StandardFlagSetter.class);
            return (page, source, flag) -> bug.set(right, page, source, flag);
        });
    }

    /** Sets a flag now, and writes back later what was around it. */
    private static FlagSetter writing(Injector parts, int bytes) {
        FlagSetter right = parts.getInstance(StandardFlagSetter.class);
        return (page, source, flag) -> {
            boolean isEdge = right.set(page, source, flag);
            int at = source * AREA + flag / Byte.SIZE & -bytes;
            byte[] around = HypervNotes.copy(page, at, bytes);
            parts.getInstance(Later.class).after(0, 2, () -> page.write(at, around, 0, bytes));
            return isEdge;
        };
    }

    /** A machine that knows which vCPU makes a call. */
    static Module knowingCaller(int code) {
        return calling(code, (parts, call, right) -> {
            HypervNotes notes = parts.getInstance(HypervNotes.class);
            notes.numbers.put(CALLER, (long) call.vcpu());
            int status = right.execute(call);
            notes.numbers.remove(CALLER);
            return status;
        });
    }

    /** The vCPU that makes a call, or -1 if none does. */
    static long caller(Injector parts) {
        return parts.getInstance(HypervNotes.class).numbers.getOrDefault(CALLER, -1L);
    }

    private static Module toCaller() {
        return binding(InterruptRequest.class, parts -> {
            InterruptRequest right = parts.getInstance(StandardInterruptRequest.class);
            return (vcpu, intid) -> right.raise(caller(parts) < 0 ? vcpu : (int) caller(parts), intid);
        });
    }
}
