/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Sections 11.4 and 11.6, races: messages of the VMM and of other vCPUs at every point of a vCPU's program.
 *
 * @since 0.1
 */
public final class MessageRaceChecks {
    private static final int PORT = 0x71;
    private static final int SECOND = 0x72;
    private static final int SOURCE = 5;
    private static final int SIZE = 32;
    private static final int PENDING_WORD = 0x1_0200;
    private static final String SEEN = "seen";
    private static final String NOT_SEEN = "not-seen";

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: races of messages",
            Check.of("HV-062", MessageRaceChecks::aMarkIsOneBit).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-064", MessageRaceChecks::theTypeComesLast).witnesses(SEEN, NOT_SEEN),
            Check.of("HV-065", MessageRaceChecks::theInterruptComesAfterTheType).witnesses(SEEN, NOT_SEEN),
            Check.of("HV-085", MessageRaceChecks::noMessageIsStuck).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-086", MessageRaceChecks::noMessageComesTwice).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-088", MessageRaceChecks::twoPostersAreTwoMessages).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-089", MessageRaceChecks::noSlotIsMixed).witnesses(SEEN, NOT_SEEN),
            Check.of("HV-129", MessageRaceChecks::twoVcpusShareAConnection)
                    .witnesses(Program.BEFORE, Program.BETWEEN, Program.AFTER));

    private MessageRaceChecks() {}

    private static Message message(int number) {
        return Message.number(number, PORT, SIZE);
    }

    private static HypervGuest boot(Scenario s, int vcpus) {
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        guest.listen(0, SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        return guest;
    }

    private static long slot() {
        return HypervGuest.slotAddress(0, SOURCE);
    }

    /** Posts by the VMM or by vCPU 1. */
    private static void post(HypervGuest guest, boolean isVmm, int number) {
        if (isVmm) {
            guest.vmmPosts(PORT, message(number));
        } else {
            guest.post(guest.cpu(1), PORT, message(number));
        }
    }

    /** HV-062: the type is cleared with what else the guest wrote into the header around it. */
    private static void aMarkIsOneBit(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                guest.vmmPosts(PORT, message(1));
                guest.expectInterrupts("for the first message", 0, 1);
                SteppingGuestCpu cpu = guest.cpu();
                cpu.put(slot() + Hyperv.SIZE_AT, AccessWidth.WORD, 0xBEEF_FE33L);
                Program program = new Program(guest, cpu)
                        .with(26, slot())
                        .code(A64.NOP, A64.str(AccessWidth.WORD, 31, 26, 0), A64.NOP);
                GuestCode code = program.write();
                boolean[] late = new boolean[1];
                return new Interleaving.Race(
                        guest.rig(),
                        code,
                        () -> {
                            // The store is the instruction after the first.
                            late[0] = cpu.pc() >= cpu.layout().handler(0) + 8;
                            s.witness(late[0] ? Program.AFTER : Program.BEFORE);
                            post(guest, isVmm, 2);
                        },
                        when -> {
                            if (late[0]) {
                                guest.expectSlot(
                                        "emptied before the message came, " + when, 0, SOURCE, message(2), false);
                                guest.expectInterrupts("for the message " + when, 0, 1);
                            } else {
                                Slot slot = guest.slot(0, SOURCE);
                                s.expectEqual("type that the guest cleared " + when, 0, slot.type());
                                s.expectEqual("size that the guest wrote " + when, 0x33, slot.size());
                                s.expectEqual("flags, marked " + when, 0xFF, slot.flags());
                                s.expectEqual("reserved byte 6 " + when, 0xEF, slot.bytes()[6] & 0xFF);
                                s.expectEqual("reserved byte 7 " + when, 0xBE, slot.bytes()[7] & 0xFF);
                                guest.expectInterrupts("before EOM " + when, 0, 0);
                                guest.eom(0);
                                guest.expectSlot("after EOM " + when, 0, SOURCE, message(2), false);
                            }
                        });
            });
        }
    }

    /** Reads a slot: type, size, origination, first and last doubleword of the payload go to X10 to X14. */
    private static int[] reading() {
        return new int[] {
            A64.ldr(AccessWidth.WORD, 10, 26, 0),
            A64.ldr(AccessWidth.BYTE, 11, 26, Hyperv.SIZE_AT),
            A64.ldr(AccessWidth.DOUBLEWORD, 12, 26, Hyperv.ORIGIN_AT),
            A64.ldr(AccessWidth.DOUBLEWORD, 13, 26, Hyperv.PAYLOAD_AT),
            A64.ldr(AccessWidth.DOUBLEWORD, 14, 26, Hyperv.PAYLOAD_AT + SIZE - 8)
        };
    }

    private static void expectRead(Scenario s, SteppingGuestCpu cpu, Message message, String when) {
        ByteBuffer payload = ByteBuffer.wrap(message.payload()).order(ByteOrder.LITTLE_ENDIAN);
        s.expectEqual("type that was seen " + when, message.type(), cpu.x(10));
        s.expectEqual("size behind the type " + when, message.size(), cpu.x(11));
        s.expectEqual("origination behind the type " + when, message.origin(), cpu.x(12));
        s.expectEqual("begin of the payload behind the type " + when, payload.getLong(0), cpu.x(13));
        s.expectEqual("end of the payload behind the type " + when, payload.getLong(SIZE - 8), cpu.x(14));
    }

    /** HV-064. */
    private static void theTypeComesLast(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                Program program =
                        new Program(guest, guest.cpu()).with(26, slot()).code(reading());
                return new Interleaving.Race(guest.rig(), program.write(), () -> post(guest, isVmm, 1), when -> {
                    boolean isSeen = guest.cpu().x(10) != 0;
                    s.witness(isSeen ? SEEN : NOT_SEEN);
                    if (isSeen) {
                        expectRead(s, guest.cpu(), message(1), when);
                    }
                    guest.expectSlot("in the end " + when, 0, SOURCE, message(1), false);
                });
            });
        }
    }

    /** HV-065: first the interrupt is looked at, then the type. */
    private static void theInterruptComesAfterTheType(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                Program program = new Program(guest, guest.cpu())
                        .with(9, GicGuest.REDISTRIBUTORS + PENDING_WORD)
                        .with(26, slot())
                        .code(
                                A64.ldr(AccessWidth.WORD, 8, 9, 0),
                                A64.ldr(AccessWidth.WORD, 10, 26, 0),
                                A64.ldr(AccessWidth.WORD, 11, 9, 0));
                return new Interleaving.Race(guest.rig(), program.write(), () -> post(guest, isVmm, 1), when -> {
                    SteppingGuestCpu cpu = guest.cpu();
                    boolean isSeen = (cpu.x(8) >>> HypervGuest.VECTOR & 1) != 0;
                    s.witness(isSeen ? SEEN : NOT_SEEN);
                    if (isSeen) {
                        s.expectEqual(
                                "type when the interrupt is pending " + when,
                                message(1).type(),
                                cpu.x(10));
                    }
                    guest.expectInterrupts(when, 0, 1);
                    guest.expectSlot("in the end " + when, 0, SOURCE, message(1), false);
                });
            });
        }
    }

    /** HV-085: the guest takes a message as Linux does while another comes. */
    private static void noMessageIsStuck(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                guest.vmmPosts(PORT, message(1));
                guest.expectInterrupts("for the first message", 0, 1);
                Program program = new Program(guest, guest.cpu()).consume(slot());
                GuestCode code = program.write();
                SteppingGuestCpu cpu = guest.cpu();
                return new Interleaving.Race(
                        guest.rig(),
                        code,
                        () -> {
                            s.witness(cpu.pc() == cpu.layout().handler(0) ? Program.BEFORE : Program.AFTER);
                            post(guest, isVmm, 2);
                        },
                        when -> {
                            guest.expectSlot(when, 0, SOURCE, message(2), false);
                            guest.expectInterrupts("for the second message " + when, 0, 1);
                            guest.expectDrained(when, 0, SOURCE, List.of(message(2)));
                        });
            });
        }
    }

    /** HV-086: two are taken by the program, the rest afterwards. */
    private static void noMessageComesTwice(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                for (int i = 1; i <= 2; i++) {
                    guest.vmmPosts(PORT, message(i));
                }
                Program program =
                        new Program(guest, guest.cpu()).takeIfAny(slot(), 10).takeIfAny(slot(), 11);
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            post(guest, isVmm, 3);
                        },
                        when -> {
                            List<Integer> types = new ArrayList<>();
                            for (int register = 10; register <= 11; register++) {
                                if (guest.cpu().x(register) != 0) {
                                    types.add((int) guest.cpu().x(register));
                                }
                            }
                            guest.drain(0, SOURCE).forEach(message -> types.add(message.type()));
                            guest.eom(0);
                            guest.drain(0, SOURCE).forEach(message -> types.add(message.type()));
                            s.expectEqual(
                                    "types of messages in the order in which they came " + when,
                                    List.of(
                                            message(1).type(),
                                            message(2).type(),
                                            message(3).type()),
                                    types);
                        });
            });
        }
    }

    /** HV-088: from different ports, to an empty slot and to one in use. */
    private static void twoPostersAreTwoMessages(Scenario s) {
        for (boolean isInUse : new boolean[] {false, true}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 3);
                guest.messageChannel(SECOND, 0, SOURCE);
                List<Message> expected = new ArrayList<>();
                if (isInUse) {
                    guest.vmmPosts(PORT, message(9));
                    guest.expectInterrupts("for the message before", 0, 1);
                    expected.add(message(9));
                }
                Message mine = message(1);
                Message theirs = Message.number(2, SECOND, 200);
                Program program = new Program(guest, guest.cpu(1)).post(PORT, mine);
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            expected.add(program.left() == 0 ? mine : theirs);
                            guest.post(guest.cpu(2), SECOND, theirs);
                            expected.add(program.left() == 0 ? theirs : mine);
                        },
                        when -> {
                            program.expectResults(when);
                            guest.expectInterrupts("before one is taken " + when, 0, isInUse ? 0 : 1);
                            guest.expectDrained(when, 0, SOURCE, expected);
                            s.expectThat(
                                    "an interrupt comes for what waited " + when,
                                    !guest.takeInterrupts(0).isEmpty());
                        });
            });
        }
    }

    /** HV-089: with the slot empty at first, and in use with others behind it. */
    private static void noSlotIsMixed(Scenario s) {
        for (boolean isInUse : new boolean[] {false, true}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                if (isInUse) {
                    guest.vmmPosts(PORT, message(1));
                    guest.vmmPosts(PORT, message(2));
                }
                Program program = new Program(guest, guest.cpu())
                        .with(26, slot())
                        .code(reading())
                        .code(A64.ldr(AccessWidth.WORD, 15, 26, 0));
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            guest.post(guest.cpu(1), PORT, message(3));
                            guest.vmmPosts(PORT, message(4));
                        },
                        when -> {
                            SteppingGuestCpu cpu = guest.cpu();
                            s.witness(cpu.x(10) == 0 ? NOT_SEEN : SEEN);
                            if (cpu.x(10) != 0) {
                                expectRead(s, cpu, message(isInUse ? 1 : 3), when);
                                s.expectEqual("type read again " + when, cpu.x(10), cpu.x(15));
                            }
                            List<Message> expected = new ArrayList<>();
                            for (int i = isInUse ? 1 : 3; i <= 4; i++) {
                                expected.add(message(i));
                            }
                            guest.expectDrained(when, 0, SOURCE, expected);
                        });
            });
        }
    }

    /** HV-129. */
    private static void twoVcpusShareAConnection(Scenario s) {
        Interleaving.explore(s, () -> {
            HypervGuest guest = boot(s, 3);
            Program program =
                    new Program(guest, guest.cpu(1)).post(PORT, message(1)).post(PORT, message(2));
            List<Message> expected = new ArrayList<>(List.of(message(1), message(2)));
            return new Interleaving.Race(
                    guest.rig(),
                    program.write(),
                    () -> {
                        program.witnessSide();
                        expected.add(2 - program.left(), message(3));
                        guest.post(guest.cpu(2), PORT, message(3));
                    },
                    when -> {
                        program.expectResults(when);
                        guest.expectDrained(when, 0, SOURCE, expected);
                    });
        });
        twoMachinesShareAPort(s);
    }

    /** One of the two is another machine, on a connection of its own. */
    private static void twoMachinesShareAPort(Scenario s) {
        Interleaving.explore(s, () -> {
            HypervGuest guest = boot(s, 1);
            HypervGuest other = HypervGuest.boot(s);
            other.synic().connect(SECOND, guest.messagePort(PORT));
            Program program =
                    new Program(guest, guest.cpu()).post(PORT, message(1)).post(PORT, message(2));
            List<Message> expected = new ArrayList<>(List.of(message(1), message(2)));
            return new Interleaving.Race(
                    guest.rig(),
                    program.write(),
                    () -> {
                        expected.add(2 - program.left(), message(3));
                        other.post(SECOND, message(3));
                    },
                    when -> {
                        program.expectResults(when);
                        guest.expectInterrupts("for the first message " + when, 0, 1);
                        guest.expectDrained("of two machines " + when, 0, SOURCE, expected);
                        other.rig().end();
                    });
        });
    }
}
