/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section 11.6 but for races: what PostMessage and SignalEvent refuse, and where they lead.
 *
 * @since 0.1
 */
public final class PortChecks {
    private static final int PORT = 0x51;
    private static final int EVENTS = 0x52;
    private static final int VMM = 0x53;
    private static final int VMM_EVENTS = 0x54;
    private static final int SOURCE = 8;
    private static final int EVENT_SOURCE = 9;
    private static final int UNIT_TEST_TYPE = 0x1234_5678;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: ports and connections",
            Check.of("HV-113", PortChecks::unknownConnectionsAreRefused).cut(),
            Check.of("HV-114", PortChecks::connectionsHave24Bits).cut(),
            Check.of("HV-115", PortChecks::typeZeroIsRefused).cut(),
            Check.of("HV-116", PortChecks::typesOfTheHypervisorAreRefused).cut(),
            Check.of("HV-117", PortChecks::payloadsHave240Bytes).cut(),
            Check.of("HV-118", PortChecks::aPayloadMayBeEmpty).cut(),
            Check.of("HV-119", PortChecks::theRestOfTheBlockStays).cut(),
            Check.of("HV-120", PortChecks::messagesAreNotFast).cut(),
            Check.of("HV-121", PortChecks::aPortForEventsTakesNoMessage).cut(),
            Check.of("HV-122", PortChecks::aPortForMessagesTakesNoSignal).cut(),
            Check.of("HV-123", PortChecks::reservedBitsOfASignalAreZero).cut(),
            Check.of("HV-124", PortChecks::originationIsTheReceivingPort),
            Check.of("HV-125", PortChecks::aDeletedPortIsNoPort),
            Check.of("HV-126", PortChecks::sendingNeedsPrivileges).cut(),
            Check.of("HV-127", PortChecks::anyVcpuIsOneThatListens).cut(),
            Check.of("HV-128", PortChecks::theWellKnownTest).cut());

    private PortChecks() {}

    /** A guest that listens to itself, whose other two connections lead to the VMM. */
    private record Sending(HypervGuest guest, List<Message> messages, List<Integer> signals) {
        static Sending boot(Scenario s) {
            HypervGuest guest = HypervGuest.boot(s);
            guest.listen(0, SOURCE, EVENT_SOURCE);
            guest.messageChannel(PORT, 0, SOURCE);
            guest.eventChannel(EVENTS, 0, EVENT_SOURCE);
            List<Message> messages = new ArrayList<>();
            List<Integer> signals = new ArrayList<>();
            guest.rig().connectBy(machine -> {
                HypervGuest.synic(machine).connect(VMM, (type, payload) -> {
                    messages.add(new Message(type, 0, payload));
                    return SynicStatus.SUCCESS;
                });
                HypervGuest.synic(machine).connect(VMM_EVENTS, 16, signals::add);
            });
            return new Sending(guest, messages, signals);
        }

        /** Demands that nothing came anywhere. */
        void expectNothing(String when) {
            guest.expectInterrupts(when, 0, 0);
            guest.expectEmpty(when, 0, SOURCE);
            guest.expectFlags(when, 0);
            guest.scenario().expectEqual("messages that reached the VMM " + when, List.of(), messages);
            guest.scenario().expectEqual("signals that reached the VMM " + when, List.of(), signals);
            guest.scenario()
                    .expectEqual(
                            "messages that wait " + when,
                            0,
                            guest.messagePort(PORT).waiting());
        }
    }

    private static int post(HypervGuest guest, long connection, int type, long size) {
        GuestBlock block = guest.input();
        HypervGuest.fill(block, connection, new Message(type, 0, new byte[8]));
        block.word(12, size);
        return guest.call(Hyperv.POST, block.address(), 0).status();
    }

    /** HV-113. */
    private static void unknownConnectionsAreRefused(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        for (long connection : new long[] {0, 1, 2, 4, PORT - 1, PORT + 0x100, 0xFF_FFFF}) {
            String what = "unknown connection 0x" + Long.toHexString(connection);
            s.expectEqual(
                    "status of PostMessage on the " + what,
                    Hyperv.INVALID_CONNECTION,
                    guest.tryPost(connection, Message.number(1, 0)).status());
            s.expectEqual(
                    "status of SignalEvent on the " + what,
                    Hyperv.INVALID_CONNECTION,
                    guest.trySignal(connection, 0).status());
            sending.expectNothing("after calls on the " + what);
        }
    }

    /** HV-114. */
    private static void connectionsHave24Bits(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        for (long upper : new long[] {1L << 24, 1L << 31, 0xFF00_0000L, 0x5500_0000L}) {
            String what = "connection with the upper bits 0x" + Long.toHexString(upper);
            for (int connection : new int[] {PORT, VMM}) {
                s.expectEqual(
                        "status of PostMessage on a " + what,
                        Hyperv.INVALID_CONNECTION,
                        guest.tryPost(upper | connection, Message.number(1, 0)).status());
            }
            for (int connection : new int[] {EVENTS, VMM_EVENTS}) {
                s.expectEqual(
                        "status of SignalEvent on a " + what,
                        Hyperv.INVALID_CONNECTION,
                        guest.trySignal(upper | connection, 1).status());
            }
            sending.expectNothing("after calls on a " + what);
        }
    }

    /** HV-115. */
    private static void typeZeroIsRefused(Scenario s) {
        expectTypeRefused(s, 0);
    }

    private static void expectTypeRefused(Scenario s, int... types) {
        Sending sending = Sending.boot(s);
        for (int type : types) {
            for (int connection : new int[] {PORT, VMM}) {
                s.expectEqual(
                        "status of a message of type 0x" + Integer.toHexString(type) + " on connection " + connection,
                        Hyperv.INVALID_PARAMETER,
                        post(sending.guest(), connection, type, 8));
            }
            sending.expectNothing("after a message of type 0x" + Integer.toHexString(type));
        }
        s.expectEqual("status of a message of type 1", Hyperv.SUCCESS, post(sending.guest(), PORT, 1, 8));
        s.expectEqual("status of the largest type", Hyperv.SUCCESS, post(sending.guest(), PORT, 0x7FFF_FFFF, 8));
    }

    /** HV-116. */
    private static void typesOfTheHypervisorAreRefused(Scenario s) {
        expectTypeRefused(s, Integer.MIN_VALUE, Hyperv.TIMER_EXPIRED, 0x8000_0001, -1, 0x8001_0003);
    }

    /** HV-117. */
    private static void payloadsHave240Bytes(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        for (long size : new long[] {241, 242, 255, 256, 0x100 + 8, 0x7FFF_FFFF, 0x8000_0000L, 0xFFFF_FFFFL}) {
            for (int connection : new int[] {PORT, VMM}) {
                s.expectEqual(
                        "status of a payload of " + size + " bytes on connection " + connection,
                        Hyperv.INVALID_PARAMETER,
                        post(guest, connection, 1, size));
            }
            sending.expectNothing("after a payload of " + size + " bytes");
        }
        Message largest = Message.number(1, PORT, Hyperv.PAYLOAD);
        guest.post(PORT, largest);
        guest.expectSlot("with the largest payload", 0, SOURCE, largest, false);
        guest.post(VMM, largest);
        s.expectEqual("messages that reached the VMM", List.of(largest.from(0)), sending.messages());
    }

    /** HV-118. */
    private static void aPayloadMayBeEmpty(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        Message empty = Message.number(1, PORT, 0);
        guest.post(PORT, empty);
        guest.expectSlot("of a message without payload", 0, SOURCE, empty, false);
        guest.expectInterrupts("for a message without payload", 0, 1);
        guest.post(VMM, empty);
        s.expectEqual("messages that reached the VMM", List.of(empty.from(0)), sending.messages());
    }

    /** HV-119: the block is full of 0xEE behind the payload. */
    private static void theRestOfTheBlockStays(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        for (int size : new int[] {0, 1, 9, 100, 239}) {
            Message message = Message.number(size, PORT, size);
            guest.post(PORT, message);
            Slot slot = guest.slot(0, SOURCE);
            s.expectEqual("message of " + size + " bytes", message, slot.message());
            for (int at = Hyperv.PAYLOAD_AT + size; at < Hyperv.SLOT; at++) {
                s.expectThat(
                        "byte " + at + " of a slot with " + size + " bytes is not the caller's",
                        slot.bytes()[at] != (byte) 0xEE);
            }
            guest.receive("", 0, SOURCE);
            guest.post(VMM, message);
            s.expectEqual(
                    "length of the payload that reached the VMM",
                    size,
                    sending.messages().get(sending.messages().size() - 1).size());
        }
    }

    /** HV-120. */
    private static void messagesAreNotFast(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        for (int connection : new int[] {PORT, VMM}) {
            long[] words = new long[15];
            words[0] = connection;
            words[1] = 1 | 8L << 32;
            Result fast = guest.call(Hyperv.POST | Hyperv.FAST, words);
            s.expectEqual("status of a fast PostMessage", Hyperv.INVALID_INPUT, fast.status());
            Result old = guest.callByOne(Hyperv.POST | Hyperv.FAST, words);
            s.expectEqual("status of a fast PostMessage by HVC #1", Hyperv.INVALID_INPUT, old.status());
        }
        sending.expectNothing("after fast messages");
    }

    private static void expectWrongKind(Scenario s, String what, int status) {
        s.expectOneOf("status of " + what, status, Hyperv.INVALID_PORT, Hyperv.INVALID_CONNECTION);
    }

    /** HV-121. */
    private static void aPortForEventsTakesNoMessage(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        Message message = Message.number(1, 0);
        int status = guest.tryPost(EVENTS, message).status();
        expectWrongKind(s, "PostMessage to a port for events", status);
        s.expectEqual(
                "status of PostMessage to a receiver of signals",
                status,
                guest.tryPost(VMM_EVENTS, message).status());
        sending.expectNothing("after messages to what takes signals");
    }

    /** HV-122. */
    private static void aPortForMessagesTakesNoSignal(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        int status = guest.trySignal(PORT, 0).status();
        expectWrongKind(s, "SignalEvent to a port for messages", status);
        s.expectEqual(
                "status of SignalEvent to a receiver of messages",
                status,
                guest.trySignal(VMM, 0).status());
        sending.expectNothing("after signals to what takes messages");
    }

    /** HV-123: in registers and in memory. */
    private static void reservedBitsOfASignalAreZero(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        for (long reserved : new long[] {1L << 48, 1L << 63, 0xFFFFL << 48}) {
            for (int connection : new int[] {EVENTS, VMM_EVENTS}) {
                long word = reserved | 3L << 32 | connection;
                String what = "a signal of 0x" + Long.toHexString(word);
                s.expectEqual(
                        "status of " + what,
                        Hyperv.INVALID_INPUT,
                        guest.call(Hyperv.SIGNAL | Hyperv.FAST, word).status());
                guest.input().quad(0, word);
                s.expectEqual(
                        "status of " + what + " in memory",
                        Hyperv.INVALID_INPUT,
                        guest.call(Hyperv.SIGNAL, guest.input().address(), 0).status());
            }
        }
        sending.expectNothing("after signals with reserved bits");
        guest.input().quad(0, 3L << 32 | EVENTS);
        s.expectEqual(
                "status of a signal in memory",
                Hyperv.SUCCESS,
                guest.call(Hyperv.SIGNAL, guest.input().address(), 0).status());
        guest.expectFlag("signalled in memory", 0, EVENT_SOURCE, 3, true);
    }

    /** HV-124: the connection and the port have different numbers, and the port is of another machine, too. */
    private static void originationIsTheReceivingPort(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        HypervGuest other = HypervGuest.boot(s);
        int source = SOURCE;
        for (HypervGuest receiver : List.of(guest, other)) {
            receiver.listen(0, source);
            for (int port : new int[] {7, PORT, 0xFF_FFFF}) {
                int connection = port ^ (receiver == guest ? 0x55_0000 : 0x66_0000);
                guest.synic().connect(connection, receiver.synic().createMessagePort(port, 0, source));
                Message message = Message.number(port & 0xFF, port);
                guest.post(connection, message);
                receiver.expectInterrupts("for a message to port " + port, 0, 1);
                receiver.expectSlot("of port " + port, 0, source, message, false);
                receiver.receive("", 0, source);
                receiver.vmmPosts(port, message);
                receiver.expectSlot("of port " + port + " by the VMM", 0, source, message, false);
                receiver.receive("", 0, source);
                receiver.expectInterrupts("for a message of the VMM", 0, 1);
            }
        }
        guest.expectEmpty("in the end", 0, source);
    }

    /** HV-125: of the same machine and of another one. */
    private static void aDeletedPortIsNoPort(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        HypervGuest other = HypervGuest.boot(s);
        int connection = 0x100;
        for (HypervGuest receiver : List.of(guest, other)) {
            receiver.listen(0, SOURCE, EVENT_SOURCE);
            var messages = receiver.synic().createMessagePort(PORT, 0, SOURCE);
            var events = receiver.synic().createEventPort(EVENTS, 0, EVENT_SOURCE, 0, 16);
            guest.synic().connect(connection, messages);
            guest.synic().connect(connection + 1, events);
            guest.post(connection, Message.number(1, 0));
            guest.signal(connection + 1, 1);
            receiver.receive("before the port is deleted", 0, SOURCE);
            receiver.expectInterrupts("before the port is deleted", 0, 1);
            messages.close();
            events.close();
            s.expectThat("a deleted port is not open", !messages.isOpen() && !events.isOpen());
            s.expectEqual(
                    "status of PostMessage to a deleted port",
                    Hyperv.INVALID_PORT,
                    guest.tryPost(connection, Message.number(2, 0)).status());
            s.expectEqual(
                    "status of SignalEvent to a deleted port",
                    Hyperv.INVALID_PORT,
                    guest.trySignal(connection + 1, 2).status());
            s.expectEqual(
                    "status of a message of the VMM to a deleted port",
                    SynicStatus.INVALID_PORT_ID,
                    messages.post(1, new byte[0]));
            s.expectEqual(
                    "status of a signal of the VMM to a deleted port", SynicStatus.INVALID_PORT_ID, events.signal(2));
            receiver.expectEmpty("of a deleted port", 0, SOURCE);
            receiver.expectFlags("of a deleted port", 0, Hyperv.FLAGS * EVENT_SOURCE + 1);
            receiver.expectInterrupts("of a deleted port", 0, 0);
            connection += 2;
        }
    }

    /** HV-126. */
    private static void sendingNeedsPrivileges(Scenario s) {
        Sending sending = Sending.boot(s);
        HypervGuest guest = sending.guest();
        boolean mayPost = guest.hasPrivilege(Hyperv.POST_MESSAGES);
        boolean maySignal = guest.hasPrivilege(Hyperv.SIGNAL_EVENTS);
        for (int connection : new int[] {PORT, VMM}) {
            s.expectEqual(
                    "status of PostMessage, whose privilege is " + (mayPost ? "given" : "not given"),
                    mayPost ? Hyperv.SUCCESS : Hyperv.ACCESS_DENIED,
                    guest.tryPost(connection, Message.number(1, 0)).status());
        }
        for (int connection : new int[] {EVENTS, VMM_EVENTS}) {
            s.expectEqual(
                    "status of SignalEvent, whose privilege is " + (maySignal ? "given" : "not given"),
                    maySignal ? Hyperv.SUCCESS : Hyperv.ACCESS_DENIED,
                    guest.trySignal(connection, 1).status());
        }
        s.expectEqual(
                "a message is in the slot", mayPost, !guest.slot(0, SOURCE).isEmpty());
        s.expectEqual(
                "messages that reached the VMM",
                mayPost ? 1 : 0,
                sending.messages().size());
        s.expectEqual("a flag is set", maySignal, guest.hasFlag(0, EVENT_SOURCE, 1));
        s.expectEqual(
                "signals that reached the VMM",
                maySignal ? 1 : 0,
                sending.signals().size());
    }

    /** HV-127. */
    private static void anyVcpuIsOneThatListens(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 2);
        guest.listenAll(SOURCE, EVENT_SOURCE);
        guest.messageChannel(PORT, SyntheticInterrupts.ANY_VCPU, SOURCE);
        guest.eventChannel(EVENTS, SyntheticInterrupts.ANY_VCPU, EVENT_SOURCE);
        for (int register : new int[] {Hyperv.SCONTROL, Hyperv.SIMP}) {
            for (int off = 0; off < 2; off++) {
                int on = 1 - off;
                long value = guest.get(guest.cpu(off), register);
                guest.set(guest.cpu(off), register, value & ~1);
                for (int i = 0; i < 3; i++) {
                    String when = "while " + Hyperv.name(register) + " of vCPU " + off + " is off";
                    Message message = Message.number(i, PORT);
                    guest.post(PORT, message);
                    guest.expectInterrupts(when, on, 1);
                    guest.expectDrained(when, on, SOURCE, List.of(message));
                    guest.expectInterrupts(when, off, 0);
                }
                guest.set(guest.cpu(off), register, value);
                guest.expectEmpty("after messages for any vCPU", off, SOURCE);
            }
        }
        for (int register : new int[] {Hyperv.SCONTROL, Hyperv.SIEFP}) {
            for (int off = 0; off < 2; off++) {
                long value = guest.get(guest.cpu(off), register);
                guest.set(guest.cpu(off), register, value & ~1);
                guest.signal(EVENTS, 9);
                guest.set(guest.cpu(off), register, value);
                String when = "as " + Hyperv.name(register) + " of vCPU " + off + " was off";
                guest.expectFlag(when, 1 - off, EVENT_SOURCE, 9, true);
                guest.expectFlag(when, off, EVENT_SOURCE, 9, false);
                guest.expectInterrupts(when, 1 - off, 1);
                guest.clearFlag(1 - off, EVENT_SOURCE, 9);
            }
        }
        for (int i = 0; i < 2; i++) {
            guest.set(guest.cpu(i), i == 0 ? Hyperv.SCONTROL : Hyperv.SIMP, 0);
        }
        s.expectEqual(
                "status of PostMessage when no vCPU listens",
                Hyperv.INVALID_VP_INDEX,
                guest.tryPost(PORT, Message.number(9, 0)).status());
        s.expectEqual(
                "status of a message of the VMM when no vCPU listens",
                SynicStatus.INVALID_VP_INDEX,
                guest.messagePort(PORT).post(1, new byte[0]));
        guest.set(Hyperv.SCONTROL, 1);
        guest.set(guest.cpu(1), Hyperv.SIMP, Hyperv.on(HypervGuest.simp(1)));
        for (int i = 0; i < 2; i++) {
            guest.expectEmpty("after a message that was refused", i, SOURCE);
            guest.expectInterrupts("after a message that was refused", i, 0);
        }
        guest.post(PORT, Message.number(10, 0));
        int taken = guest.takeInterrupts(0).size() + guest.takeInterrupts(1).size();
        s.expectEqual("interrupts of a message that either may take", 1, taken);
        s.expectEqual(
                "messages in slots that either may take",
                1,
                guest.drain(0, SOURCE).size() + guest.drain(1, SOURCE).size());
    }

    /** HV-128. */
    private static void theWellKnownTest(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 2);
        for (int i = 0; i < 2; i++) {
            guest.listen(i);
            guest.set(guest.cpu(i), Hyperv.sint(SOURCE), HypervGuest.VECTOR | Hyperv.AUTO_EOI);
            guest.set(guest.cpu(i), Hyperv.sint(EVENT_SOURCE), HypervGuest.VECTOR | Hyperv.AUTO_EOI);
            guest.messageChannel(0x10 + i, i, SOURCE);
            guest.eventChannel(0x20 + i, i, EVENT_SOURCE);
        }
        for (int from = 0; from < 2; from++) {
            for (int to = 0; to < 2; to++) {
                byte[] text = new byte[8];
                Arrays.fill(text, (byte) (0x41 + 2 * from + to));
                Message first = new Message(UNIT_TEST_TYPE, 0x10 + to, text);
                Message second = new Message(UNIT_TEST_TYPE, 0x10 + to, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
                String when = "from vCPU " + from + " to vCPU " + to;
                guest.post(guest.cpu(from), 0x10 + to, first);
                guest.expectInterrupts("for a message " + when, to, 1);
                guest.expectSlot("of a message " + when, to, SOURCE, first, false);
                guest.post(guest.cpu(from), 0x10 + to, second);
                guest.expectSlot("of a slot in use " + when, to, SOURCE, first, true);
                guest.expectInterrupts("for a slot in use " + when, to, 0);
                guest.clear(to, SOURCE);
                guest.eom(to);
                guest.expectSlot("after EOM " + when, to, SOURCE, second, false);
                guest.expectInterrupts("after EOM " + when, to, 1);
                guest.clear(to, SOURCE);
                guest.signal(guest.cpu(from), 0x20 + to, 0);
                guest.expectFlag("of a signal " + when, to, EVENT_SOURCE, 0, true);
                guest.expectInterrupts("for a signal " + when, to, 1);
                guest.signal(guest.cpu(from), 0x20 + to, 0);
                guest.expectFlag("of a signal again " + when, to, EVENT_SOURCE, 0, true);
                guest.expectInterrupts("for a signal again " + when, to, 0);
                guest.clearFlag(to, EVENT_SOURCE, 0);
                guest.expectInterrupts("of the other vCPU " + when, 1 - to, 0);
            }
        }
    }
}
