/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervMutant.binding;
import static io.faultline.conformance.mutant.HypervMutant.call;
import static io.faultline.conformance.mutant.HypervMutant.late;
import static io.faultline.conformance.mutant.HypervMutant.module;
import static io.faultline.conformance.mutant.HypervMutant.part;
import static io.faultline.conformance.mutant.HypervMutant.register;
import static io.faultline.conformance.mutant.HypervMutant.registers;

import com.google.inject.Injector;
import com.google.inject.Module;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.Controllers;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import io.faultline.backend.hyperv.synic.ScanRules;
import io.faultline.backend.hyperv.synic.Sint;
import io.faultline.backend.hyperv.synic.Slot;
import io.faultline.backend.hyperv.synic.SlotCheck;
import io.faultline.backend.hyperv.synic.SlotWriter;
import io.faultline.backend.hyperv.synic.SourceRules;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import io.faultline.backend.hyperv.synic.StandardScanRules;
import io.faultline.backend.hyperv.synic.StandardSlotCheck;
import io.faultline.backend.hyperv.synic.StandardSlotWriter;
import io.faultline.backend.hyperv.synic.Synic;
import io.faultline.conformance.mutant.HypervRegisterMutants.LikeRules;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Bugs in queues of messages, slots and the end of a message. */
final class HypervMessageMutants {
    private static final int INSUFFICIENT_BUFFERS = 0x13;
    private static final int HEADER = 8;
    private static final int STORM = 50_000;

    static final List<Mutant> ALL = List.of(
            late("a-mark-writes-the-whole-header", "HV-062", "type that the guest cleared", SlotCheck.class, parts -> {
                SlotCheck right = parts.getInstance(StandardSlotCheck.class);
                return (page, source) -> {
                    int slot = Slot.at(source);
                    byte[] header = HypervNotes.copy(page, slot, HEADER);
                    boolean isFree = right.isFree(page, source);
                    if (!isFree) {
                        header[Slot.FLAGS] |= Slot.PENDING;
                        parts.getInstance(Later.class).after(0, 1, () -> page.write(slot, header, 0, HEADER));
                    }
                    return isFree;
                };
            }),
            writer("a-payload-is-written-in-words", "HV-063", "for a message of 1 bytes", (slot, message) -> {
                int last = message.size() - 1;
                if (message.size() % Long.BYTES != 0) {
                    slot.page().store8(slot.at() + Slot.PAYLOAD + last, 0);
                }
            }),
            late("the-type-is-written-first", "HV-064", "size behind the type", SlotWriter.class, parts -> {
                SlotWriter right = parts.getInstance(StandardSlotWriter.class);
                return (page, source, message, more) -> {
                    int slot = Slot.at(source);
                    byte[] before = HypervNotes.copy(page, slot, Slot.BYTES);
                    right.write(page, source, message, more);
                    byte[] after = HypervNotes.copy(page, slot, Slot.BYTES);
                    page.write(slot + Slot.SIZE, before, Slot.SIZE, Slot.BYTES - Slot.SIZE);
                    parts.getInstance(Later.class)
                            .after(0, 2, () -> page.write(slot + Slot.SIZE, after, Slot.SIZE, Slot.BYTES - Slot.SIZE));
                };
            }),
            late(
                    "the-interrupt-comes-before-the-type",
                    "HV-065",
                    "type when the interrupt is pending",
                    SlotWriter.class,
                    parts -> {
                        SlotWriter right = parts.getInstance(StandardSlotWriter.class);
                        return (page, source, message, more) -> {
                            int type = message.type();
                            right.write(page, source, message, more);
                            page.store32(Slot.at(source) + Slot.TYPE, 0);
                            parts.getInstance(Later.class)
                                    .after(0, 2, () -> page.store32(Slot.at(source) + Slot.TYPE, type));
                        };
                    }),
            check(
                    "a-mark-clears-the-size",
                    "HV-066",
                    "byte 0x504 of the page after message 2",
                    (page, source, isFree) -> {
                        if (!isFree) {
                            page.store8(Slot.at(source) + Slot.SIZE, 0);
                        }
                        return isFree;
                    }),
            queues(
                    "a-message-that-waits-interrupts",
                    "HV-067",
                    "vCPU 0 for a message that waits",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            super.post(vcpu, source, buffer);
                            if (buffer.isQueued() && type(vcpu, source) != 0) {
                                interrupt(vcpu, source);
                            }
                        }
                    }),
            module(
                    "a-message-after-eom-makes-no-interrupt",
                    "HV-068",
                    "vCPU 0 after EOM",
                    whileEom(),
                    binding(InterruptRequest.class, parts -> {
                        InterruptRequest right = parts.getInstance(StandardInterruptRequest.class);
                        HypervNotes notes = parts.getInstance(HypervNotes.class);
                        return (vcpu, intid) -> {
                            if (!notes.isBusy) {
                                right.raise(vcpu, intid);
                            }
                        };
                    })),
            writer(
                    "every-message-is-pending",
                    "HV-069",
                    "as 0 wait behind it",
                    (slot, message) -> slot.page().store8(slot.at() + Slot.FLAGS, Slot.PENDING)),
            afterEom(
                    "eom-interrupts-for-a-slot-in-use",
                    "HV-070",
                    "vCPU 0 after EOM with the slot in use",
                    (parts, vcpu) -> {
                        Controllers controllers = parts.getInstance(Controllers.class);
                        Frame page = controllers.messages(vcpu).frame();
                        for (int source = 0; source < Sint.COUNT; source++) {
                            long sint = controllers.sint(vcpu, source);
                            if (page.load32(Slot.at(source)) != 0 && !Sint.isMasked(sint)) {
                                parts.getInstance(InterruptRequest.class).raise(vcpu, Sint.vector(sint));
                            }
                        }
                    }),
            afterEom(
                    "eom-marks-slots-behind-which-nothing-waits",
                    "HV-071",
                    "after EOM with nothing behind it",
                    (parts, vcpu) -> {
                        Frame page = parts.getInstance(Controllers.class)
                                .messages(vcpu)
                                .frame();
                        for (int source = 0; source < Sint.COUNT; source++) {
                            if (page.load32(Slot.at(source)) != 0) {
                                page.store8(Slot.at(source) + Slot.FLAGS, Slot.PENDING);
                            }
                        }
                    }),
            eom(
                    "eom-counts-if-it-is-zero",
                    "HV-072",
                    "after EOM with 0xffffffffffffffff",
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return name == Synic.EOM && value.low() != 0 ? 0 : super.write(vcpu, name, value);
                        }
                    }),
            part("eom-looks-at-one-source", "HV-073", "after one EOM", ScanRules.class, parts -> new LikeScans(parts) {
                @Override
                public int atEndOfMessage(int waiting) {
                    return Integer.lowestOneBit(waiting);
                }
            }),
            afterEom(
                    "eom-is-of-every-vcpu", "HV-074", "type in slot 5 of vCPU 1 after EOM of vCPU 0", (parts, vcpu) -> {
                        for (int i = 0; i < parts.getInstance(Host.class).vcpuCount(); i++) {
                            endOfMessage(parts, i);
                        }
                    }),
            queues(
                    "the-last-overtakes-the-one-before",
                    "HV-075",
                    "messages of source 5 of vCPU 0 in order",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            List<MessageBuffer> waiting = waiting(vcpu, source);
                            int last = waiting.size() - 1;
                            postBefore(vcpu, source, buffer, last < 1 ? List.of() : waiting.subList(last, last + 1));
                        }
                    }),
            check("one-slot-at-a-time", "HV-076", "vCPU 0 for the other source", (page, source, isFree) -> {
                boolean isAlone = true;
                for (int other = 0; other < Sint.COUNT; other++) {
                    isAlone &= page.load32(Slot.at(other)) == 0;
                }
                return isFree && isAlone;
            }),
            queues(
                    "a-message-for-a-masked-source-is-dropped",
                    "HV-077",
                    "messages that wait of a masked source",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            if (!Sint.isMasked(sint(vcpu, source))) {
                                super.post(vcpu, source, buffer);
                            }
                        }
                    }),
            module(
                    "eom-does-not-move-a-masked-queue",
                    "HV-078",
                    "of a masked source",
                    whileEom(),
                    binding(SourceRules.class, parts -> new LikeRules(parts) {
                        @Override
                        public boolean takesMessages(long sint) {
                            boolean isStopped = Sint.isMasked(sint) && parts.getInstance(HypervNotes.class).isBusy;
                            return !isStopped && super.takesMessages(sint);
                        }
                    })),
            eom(
                    "unmasking-interrupts-for-a-full-slot",
                    "HV-079",
                    "vCPU 0 after unmasking",
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            boolean isSource = name < Synic.SCONTROL;
                            boolean wasMasked = isSource && Sint.isMasked(value(vcpu, name));
                            int status = super.write(vcpu, name, value);
                            Frame page = parts.getInstance(Controllers.class)
                                    .messages(vcpu)
                                    .frame();
                            if (wasMasked
                                    && !Sint.isMasked(value(vcpu, name))
                                    && page.load32(Slot.at(name - Synic.SINT0)) != 0) {
                                parts.getInstance(InterruptRequest.class).raise(vcpu, Sint.vector(value.low()));
                            }
                            return status;
                        }
                    }),
            queues(
                    "a-polled-source-interrupts-for-messages",
                    "HV-080",
                    "vCPU 0 of a polled source",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            super.post(vcpu, source, buffer);
                            boolean isPolled = (sint(vcpu, source) & (Sint.POLLING | Sint.MASKED)) == Sint.POLLING;
                            if (isPolled && !buffer.isQueued()) {
                                interrupt(vcpu, source);
                            }
                        }
                    }),
            dropping(
                    "turning-the-page-off-forgets-what-waits",
                    "HV-081",
                    "messages of source 5 of vCPU 0 when the page is on again",
                    (register, before, after) -> register == Synic.SIMP && (after & 1) == 0),
            part(
                    "turning-on-does-not-deliver",
                    "HV-082",
                    "vCPU 0 with register 0xa0013 on again",
                    ScanRules.class,
                    parts -> new LikeScans(parts) {
                        @Override
                        public int atEnable(int waiting) {
                            return 0;
                        }
                    }),
            queues(
                    "a-message-of-the-vmm-to-what-is-off-is-lost",
                    "HV-083",
                    "messages that wait",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            if (isReceiving(vcpu)) {
                                super.post(vcpu, source, buffer);
                            }
                        }
                    }),
            queues(
                    "a-message-to-an-empty-slot-overtakes",
                    "HV-084",
                    "after a message to an empty slot",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            boolean isFree = type(vcpu, source) == 0;
                            postBefore(vcpu, source, buffer, isFree ? waiting(vcpu, source) : List.of());
                        }
                    }),
            late(
                    "a-slot-is-marked-and-not-looked-at-again",
                    "HV-085",
                    "message in the slot",
                    SlotCheck.class,
                    parts -> {
                        SlotCheck right = parts.getInstance(StandardSlotCheck.class);
                        return (page, source) -> {
                            int slot = Slot.at(source);
                            if (page.load32(slot) == 0) {
                                return right.isFree(page, source);
                            }
                            parts.getInstance(Later.class)
                                    .after(
                                            0,
                                            3,
                                            () -> page.store8(
                                                    slot + Slot.FLAGS, page.load8(slot + Slot.FLAGS) | Slot.PENDING));
                            return false;
                        };
                    }),
            module(
                    "eom-of-an-empty-slot-brings-the-last-again",
                    "HV-086",
                    "types of messages in the order in which they came",
                    noting(),
                    eomAlso((parts, vcpu) -> {
                        Frame page = parts.getInstance(Controllers.class)
                                .messages(vcpu)
                                .frame();
                        HypervNotes notes = parts.getInstance(HypervNotes.class);
                        notes.bytes.forEach((source, last) -> {
                            if (page.load32(Slot.at(source)) == 0) {
                                page.write(Slot.at(source), last, 0, Slot.BYTES);
                            }
                        });
                        notes.bytes.clear();
                    })),
            module(
                    "a-slot-that-was-seen-empty-is-empty",
                    "HV-087",
                    "type of a slot that the guest gave the type 0x1",
                    noting(),
                    binding(SlotCheck.class, parts -> {
                        SlotCheck right = parts.getInstance(StandardSlotCheck.class);
                        HypervNotes notes = parts.getInstance(HypervNotes.class);
                        return (page, source) -> {
                            byte[] last = notes.bytes.get(source);
                            int type = page.load32(Slot.at(source));
                            boolean isOwn = last != null && HypervNotes.word(last) == type;
                            return !isOwn || right.isFree(page, source);
                        };
                    })),
            queues(
                    "a-second-poster-waits-for-nobody",
                    "HV-088",
                    "messages of source 5 of vCPU 0",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            boolean isSecond =
                                    waiting(vcpu, source).stream().anyMatch(other -> other.key() != buffer.key());
                            if (!isSecond) {
                                super.post(vcpu, source, buffer);
                            }
                        }
                    }),
            queues(
                    "a-payload-is-written-ahead",
                    "HV-089",
                    "begin of the payload behind the type",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            super.post(vcpu, source, buffer);
                            if (buffer.isQueued()) {
                                page(vcpu).write(Slot.at(source) + Slot.PAYLOAD, buffer.payload(), 0, buffer.size());
                            }
                        }
                    }),
            part(
                    "a-new-vector-holds-from-the-second-edge",
                    "HV-090",
                    "interrupts of vCPU 0 on the new vector",
                    InterruptRequest.class,
                    parts -> {
                        InterruptRequest right = parts.getInstance(StandardInterruptRequest.class);
                        HypervNotes notes = parts.getInstance(HypervNotes.class);
                        return (vcpu, intid) -> {
                            Long last = notes.numbers.put(vcpu, (long) intid);
                            right.raise(vcpu, last == null ? intid : last.intValue());
                        };
                    }),
            call(
                    "a-message-too-many-is-lost",
                    "HV-091",
                    "status of a message too many",
                    HypervMutant.POST,
                    (parts, parameters, right) -> {
                        int status = right.execute(parameters);
                        return status == INSUFFICIENT_BUFFERS ? 0 : status;
                    }),
            queues(
                    "what-waits-survives-its-port",
                    "HV-092",
                    "messages of source 5 of vCPU 0 when a port was deleted",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void withdraw(MessageBuffer buffer) {
                            // Left where it is.
                        }
                    }),
            module(
                    "the-end-of-an-interrupt-is-eom",
                    "HV-093",
                    "type in slot 5 of vCPU 0 after the end of the interrupt",
                    Later.module(),
                    binding(InterruptRequest.class, parts -> {
                        InterruptRequest right = parts.getInstance(StandardInterruptRequest.class);
                        return (vcpu, intid) -> {
                            right.raise(vcpu, intid);
                            watch(parts, vcpu, intid, false);
                        };
                    })),
            eom(
                    "any-look-at-a-source-scans-it",
                    "HV-094",
                    "type in slot 5 of vCPU 0 without EOM",
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            if (name < Synic.SCONTROL) {
                                endOfMessage(parts, vcpu);
                            }
                            return super.read(vcpu, name, value);
                        }
                    }),
            module(
                    "two-vcpus-do-not-wait-for-each-other",
                    "HV-129",
                    "messages of source 5 of vCPU 0",
                    HypervPortMutants.knowingCaller(HypervMutant.POST),
                    binding(MessageQueues.class, parts -> new LikeQueues(parts) {
                        private long last = -1;

                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            long caller = HypervPortMutants.caller(parts);
                            List<MessageBuffer> waiting = waiting(vcpu, source);
                            postBefore(vcpu, source, buffer, caller == last ? List.of() : waiting);
                            last = caller;
                        }
                    })),
            module("a-sleeper-is-not-woken-by-messages", "HV-174", "program of vCPU 0", Later.module(), sleepy(true)),
            module(
                    "a-sleeper-is-not-woken-by-flags",
                    "HV-175",
                    "the instruction after WFI",
                    Later.module(),
                    sleepy(false)),
            module(
                    "a-mask-comes-late",
                    "HV-176",
                    "no interrupt comes when the source was masked before",
                    com.google.inject.util.Modules.combine(
                            Later.module(), registers(Synic.SINT0, (parts, right) -> new LikeGroup(right) {
                                @Override
                                public int write(int vcpu, int name, RegisterValue value) {
                                    if (name >= Synic.SCONTROL || !Sint.isMasked(value.low())) {
                                        return super.write(vcpu, name, value);
                                    }
                                    long written = value.low();
                                    parts.getInstance(Later.class).after(vcpu, 2, () -> write(vcpu, name, written));
                                    return 0;
                                }
                            }))),
            eom("eoms-run-out", "HV-178", "statuses of all EOMs together", (parts, right) -> new LikeGroup(right) {
                private int count;

                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    boolean isTooMany = name == Synic.EOM && ++count > STORM;
                    return isTooMany ? INSUFFICIENT_BUFFERS : super.write(vcpu, name, value);
                }
            }),
            dropping(
                    "turning-the-controller-off-forgets-what-waits",
                    "HV-181",
                    "the message in the slot of channel",
                    (register, before, after) -> register == Synic.SCONTROL && (after & 1) == 0),
            eom(
                    "a-proxy-for-one-is-for-all",
                    "HV-184",
                    "with bits 0x100000 in SINT7",
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            if (name < Synic.SCONTROL && (value.low() & 1L << 20) != 0) {
                                write(vcpu, Synic.SINT0 + 5, value(vcpu, Synic.SINT0 + 5) | Sint.POLLING);
                            }
                            return super.write(vcpu, name, value);
                        }
                    }),
            check(
                    "an-origination-makes-a-slot-full",
                    "HV-185",
                    "behind the type and origination",
                    (page, source, isFree) -> isFree && page.load64(Slot.at(source) + Slot.ORIGINATION) != -1),
            module(
                    "turning-on-brings-the-last-again",
                    "HV-186",
                    "tokens that the guest was told, in order",
                    noting(),
                    registers(Synic.SIMP, (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            boolean wasOff = (value(vcpu, Synic.SIMP) & 1) == 0;
                            int status = super.write(vcpu, name, value);
                            Frame page = parts.getInstance(Controllers.class)
                                    .messages(vcpu)
                                    .frame();
                            byte[] last =
                                    parts.getInstance(HypervNotes.class).bytes.get(5);
                            if (name == Synic.SIMP
                                    && wasOff
                                    && (value.low() & 1) != 0
                                    && last != null
                                    && page.load32(Slot.at(5)) == 0) {
                                page.write(Slot.at(5), last, 0, Slot.BYTES);
                            }
                            return status;
                        }
                    })));

    /** A slot in which a message was written. */
    private record Written(Frame page, int at) {}

    /** Answers whether a slot is free. */
    private interface Answer {
        boolean isFree(Frame page, int source, boolean isFree);
    }

    /** Whether a write of a register forgets messages. */
    interface Forgetting {
        boolean forgets(int register, long before, long after);
    }

    /** What is scanned as the backend does; a mutant changes some of it. */
    private static class LikeScans implements ScanRules {
        private final ScanRules right;

        LikeScans(Injector parts) {
            right = parts.getInstance(StandardScanRules.class);
        }

        @Override
        public int atEndOfMessage(int waiting) {
            return right.atEndOfMessage(waiting);
        }

        @Override
        public int atEnable(int waiting) {
            return right.atEnable(waiting);
        }

        @Override
        public int atUnmask(int source, int waiting) {
            return right.atUnmask(source, waiting);
        }
    }

    private HypervMessageMutants() {}

    private static Mutant writer(String id, String rule, String words, BiConsumer<Written, MessageBuffer> bug) {
        return part(id, rule, words, SlotWriter.class, parts -> {
            SlotWriter right = parts.getInstance(StandardSlotWriter.class);
            return (page, source, message, more) -> {
                right.write(page, source, message, more);
                bug.accept(new Written(page, Slot.at(source)), message);
            };
        });
    }

    private static Mutant check(String id, String rule, String words, Answer bug) {
        return part(id, rule, words, SlotCheck.class, parts -> {
            SlotCheck right = parts.getInstance(StandardSlotCheck.class);
            return (page, source) -> bug.isFree(page, source, right.isFree(page, source));
        });
    }

    private static Mutant queues(String id, String rule, String words, Function<Injector, MessageQueues> bug) {
        return part(id, rule, words, MessageQueues.class, bug);
    }

    private static Mutant eom(
            String id,
            String rule,
            String words,
            java.util.function.BiFunction<Injector, RegisterGroup, RegisterGroup> bug) {
        return register(id, rule, words, Synic.EOM, bug);
    }

    private static Mutant afterEom(String id, String rule, String words, BiConsumer<Injector, Integer> bug) {
        return module(id, rule, words, eomAlso(bug));
    }

    private static Module eomAlso(BiConsumer<Injector, Integer> bug) {
        return registers(Synic.EOM, (parts, right) -> new LikeGroup(right) {
            @Override
            public int write(int vcpu, int name, RegisterValue value) {
                int status = super.write(vcpu, name, value);
                if (name == Synic.EOM) {
                    bug.accept(parts, vcpu);
                }
                return status;
            }
        });
    }

    /** A machine that knows when EOM is being written. */
    private static Module whileEom() {
        return registers(Synic.EOM, (parts, right) -> new LikeGroup(right) {
            @Override
            public int write(int vcpu, int name, RegisterValue value) {
                HypervNotes notes = parts.getInstance(HypervNotes.class);
                notes.isBusy = name == Synic.EOM;
                int status = super.write(vcpu, name, value);
                notes.isBusy = false;
                return status;
            }
        });
    }

    /** A machine that remembers the last message in each slot. */
    private static Module noting() {
        return binding(SlotWriter.class, parts -> {
            SlotWriter right = parts.getInstance(StandardSlotWriter.class);
            HypervNotes notes = parts.getInstance(HypervNotes.class);
            return (page, source, message, more) -> {
                right.write(page, source, message, more);
                notes.bytes.put(source, HypervNotes.copy(page, Slot.at(source), Slot.BYTES));
            };
        });
    }

    /** A register whose writing forgets what waits. */
    static Mutant dropping(String id, String rule, String words, Forgetting bug) {
        return module(
                id,
                rule,
                words,
                binding(MessageQueues.class, LikeQueues::new),
                registers(Synic.SIMP, (parts, right) -> new LikeGroup(right) {
                    @Override
                    public int write(int vcpu, int name, RegisterValue value) {
                        if (bug.forgets(name, value(vcpu, name), value.low())) {
                            parts.getInstance(LikeQueues.Waiting.class).drop(vcpu);
                        }
                        return super.write(vcpu, name, value);
                    }
                }));
    }

    private static void endOfMessage(Injector parts, int vcpu) {
        parts.getInstance(Synic.class).write(vcpu, Synic.EOM, new RegisterValue());
    }

    /** Looks for the end of an interrupt. */
    private static void watch(Injector parts, int vcpu, int intid, boolean wasActive) {
        boolean isActive =
                parts.getInstance(Host.class).gic().redistributor(vcpu).isActive(intid);
        if (wasActive && !isActive) {
            endOfMessage(parts, vcpu);
        } else {
            parts.getInstance(Later.class).after(vcpu, 1, () -> watch(parts, vcpu, intid, isActive));
        }
    }

    /** Interrupts that come when the vCPU executes its next instruction, which a vCPU that sleeps does not. */
    private static Module sleepy(boolean isForMessages) {
        return binding(InterruptRequest.class, parts -> {
            InterruptRequest right = parts.getInstance(StandardInterruptRequest.class);
            return (vcpu, intid) -> {
                Frame page = parts.getInstance(Controllers.class).messages(vcpu).frame();
                boolean isMessage = page.load32(Slot.at(5)) != 0;
                if (isMessage == isForMessages) {
                    parts.getInstance(Later.class).after(vcpu, 0, () -> right.raise(vcpu, intid));
                } else {
                    right.raise(vcpu, intid);
                }
            };
        });
    }
}
