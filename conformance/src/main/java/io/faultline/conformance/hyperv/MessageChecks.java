/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.synic.Connection;
import io.faultline.api.synic.SynicStatus;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section 11.4 but for races: how messages come into slots, wait, and make interrupts. Where it says nothing else, once with
 * messages of the VMM and once with messages of a guest.
 *
 * @since 0.1
 */
public final class MessageChecks {
    private static final int PORT = 0x31;
    private static final int SECOND = 0x32;
    private static final int SOURCE = 5;
    private static final int OTHER_SOURCE = 6;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: messages",
            Check.of("HV-063", MessageChecks::aMessageIsWholeWithOneInterrupt).cut(),
            Check.of("HV-066", MessageChecks::aSlotInUseIsOnlyMarked).cut(),
            Check.of("HV-067", MessageChecks::aSlotInUseMakesNoInterrupt).cut(),
            Check.of("HV-068", MessageChecks::eomBringsTheNext).cut(),
            Check.of("HV-069", MessageChecks::pendingSaysWhetherOthersWait).cut(),
            Check.of("HV-070", MessageChecks::eomOfASlotInUseDoesNothing).cut(),
            Check.of("HV-071", MessageChecks::eomOfNothingDoesNothing).cut(),
            Check.of("HV-072", MessageChecks::theValueOfEomDoesNotMatter).cut(),
            Check.of("HV-073", MessageChecks::eomLooksAtEverySource).cut(),
            Check.of("HV-074", MessageChecks::eomIsOfItsVcpu).cut(),
            Check.of("HV-075", MessageChecks::messagesAreInOrder).cut(),
            Check.of("HV-076", MessageChecks::sourcesDoNotWaitForEachOther).cut(),
            Check.of("HV-077", MessageChecks::aMaskedSourceGetsMessages).cut(),
            Check.of("HV-078", MessageChecks::aMaskedQueueMovesByEom).cut(),
            Check.of("HV-079", MessageChecks::unmaskingMakesNoInterrupt).cut(),
            Check.of("HV-080", MessageChecks::aPolledSourceMakesNoInterrupt).cut(),
            Check.of("HV-081", MessageChecks::nothingComesWhileThePageIsOff).cut(),
            Check.of("HV-082", MessageChecks::turningOnDelivers).cut(),
            Check.of("HV-083", MessageChecks::theVmmPostsToAControllerThatIsOff).cut(),
            Check.of("HV-084", MessageChecks::aMessageMovesTheQueue).cut(),
            Check.of("HV-087", MessageChecks::theGuestMayFillASlot).cut(),
            Check.of("HV-090", MessageChecks::theVectorChangesAtOnce).cut(),
            Check.of("HV-091", MessageChecks::sixteenMessagesWait),
            Check.of("HV-092", MessageChecks::aPortTakesItsMessagesWithIt).cut(),
            Check.of("HV-093", MessageChecks::theEndOfAnInterruptIsNoEom).cut(),
            Check.of("HV-094", MessageChecks::withoutEomNothingMoves).cut());

    private MessageChecks() {}

    /** Who posts. */
    private enum Poster {
        VMM,
        GUEST;

        void post(HypervGuest guest, int port, int number) {
            if (this == VMM) {
                guest.vmmPosts(port, message(port, number));
            } else {
                guest.post(port, message(port, number));
            }
        }
    }

    /** What a check does with each poster. */
    private interface Body {
        void run(HypervGuest guest, Poster poster);
    }

    private static Message message(int port, int number) {
        return Message.number(number, port);
    }

    /** Runs a check with each poster, on a machine of its own whose vCPU 0 listens on two sources. */
    private static void each(Scenario s, Body body) {
        for (Poster poster : Poster.values()) {
            s.note("messages of the " + poster);
            HypervGuest guest = HypervGuest.boot(s);
            guest.listen(0, SOURCE, OTHER_SOURCE);
            guest.messageChannel(PORT, 0, SOURCE);
            guest.messageChannel(SECOND, 0, OTHER_SOURCE);
            body.run(guest, poster);
        }
    }

    private static List<Message> numbers(int port, int first, int last) {
        List<Message> messages = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            messages.add(message(port, i));
        }
        return messages;
    }

    /** HV-063: every size that ends on a word, and some that do not. */
    private static void aMessageIsWholeWithOneInterrupt(Scenario s) {
        each(s, (guest, poster) -> {
            for (int size : new int[] {0, 1, 7, 8, 24, 63, 239, 240}) {
                Message message = Message.number(size, PORT, size);
                if (poster == Poster.VMM) {
                    guest.vmmPosts(PORT, message);
                } else {
                    guest.post(PORT, message);
                }
                guest.expectInterrupts("for a message of " + size + " bytes", 0, 1);
                guest.expectSlot("for a message of " + size + " bytes", 0, SOURCE, message, false);
                guest.receive("", 0, SOURCE);
                guest.expectInterrupts("after the message was taken", 0, 0);
            }
            guest.expectEmpty("of a source without messages", 0, OTHER_SOURCE);
        });
    }

    /** HV-066: every byte but that of the flags. */
    private static void aSlotInUseIsOnlyMarked(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            byte[] before = guest.page(guest.cpu(), HypervGuest.simp(0));
            for (int i = 2; i < 5; i++) {
                poster.post(guest, PORT, i);
                byte[] after = guest.page(guest.cpu(), HypervGuest.simp(0));
                int flags = SOURCE * Hyperv.SLOT + Hyperv.FLAGS_AT;
                for (int at = 0; at < after.length; at++) {
                    s.expectEqual(
                            "byte 0x" + Integer.toHexString(at) + " of the page after message " + i,
                            at == flags ? 1 : before[at],
                            after[at]);
                }
            }
        });
    }

    /** HV-067. */
    private static void aSlotInUseMakesNoInterrupt(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            guest.expectInterrupts("for the first message", 0, 1);
            for (int i = 2; i < 5; i++) {
                poster.post(guest, PORT, i);
                guest.expectInterrupts("for a message that waits", 0, 0);
            }
            guest.expectSlot("with others behind it", 0, SOURCE, message(PORT, 1), true);
        });
    }

    /** HV-068. */
    private static void eomBringsTheNext(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            poster.post(guest, PORT, 2);
            guest.expectInterrupts("for the first message", 0, 1);
            guest.clear(0, SOURCE);
            guest.expectEmpty("before EOM", 0, SOURCE);
            guest.expectInterrupts("before EOM", 0, 0);
            guest.eom(0);
            guest.expectInterrupts("after EOM", 0, 1);
            guest.expectSlot("after EOM", 0, SOURCE, message(PORT, 2), false);
        });
    }

    /** HV-069. */
    private static void pendingSaysWhetherOthersWait(Scenario s) {
        each(s, (guest, poster) -> {
            for (int i = 1; i <= 4; i++) {
                poster.post(guest, PORT, i);
            }
            for (int i = 1; i <= 4; i++) {
                guest.expectSlot("as " + (4 - i) + " wait behind it", 0, SOURCE, message(PORT, i), i < 4);
                guest.clear(0, SOURCE);
                guest.eom(0);
            }
            guest.expectEmpty("in the end", 0, SOURCE);
            poster.post(guest, PORT, 5);
            guest.expectSlot("of a message alone", 0, SOURCE, message(PORT, 5), false);
        });
    }

    /** HV-070. */
    private static void eomOfASlotInUseDoesNothing(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            poster.post(guest, PORT, 2);
            guest.expectInterrupts("for the first message", 0, 1);
            for (int i = 0; i < 3; i++) {
                guest.eom(0);
                guest.expectInterrupts("after EOM with the slot in use", 0, 0);
                guest.expectSlot("after EOM", 0, SOURCE, message(PORT, 1), true);
            }
            guest.expectDrained("after all this", 0, SOURCE, numbers(PORT, 1, 2));
            guest.expectInterrupts("for the second message", 0, 1);
        });
    }

    /** HV-071: at first, with a message that is alone, and when all is done. */
    private static void eomOfNothingDoesNothing(Scenario s) {
        each(s, (guest, poster) -> {
            byte[] empty = guest.page(guest.cpu(), HypervGuest.simp(0));
            guest.eom(0);
            guest.expectInterrupts("after EOM at first", 0, 0);
            s.expectThat(
                    "EOM at first leaves the page alone",
                    Arrays.equals(empty, guest.page(guest.cpu(), HypervGuest.simp(0))));
            poster.post(guest, PORT, 1);
            guest.expectInterrupts("for a message", 0, 1);
            guest.eom(0);
            guest.expectSlot("after EOM with nothing behind it", 0, SOURCE, message(PORT, 1), false);
            guest.receive("", 0, SOURCE);
            guest.eom(0);
            guest.expectInterrupts("after EOM in the end", 0, 0);
            guest.expectEmpty("after EOM in the end", 0, SOURCE);
            poster.post(guest, PORT, 2);
            guest.expectInterrupts("for a message after EOM", 0, 1);
        });
    }

    /** HV-072. */
    private static void theValueOfEomDoesNotMatter(Scenario s) {
        each(s, (guest, poster) -> {
            long[] values = {-1, 1, SOURCE, 1L << 63, 0x1234};
            for (int i = 0; i <= values.length; i++) {
                poster.post(guest, PORT, i);
            }
            for (int i = 0; i < values.length; i++) {
                guest.clear(0, SOURCE);
                guest.set(Hyperv.EOM, values[i]);
                guest.expectSlot(
                        "after EOM with 0x" + Long.toHexString(values[i]),
                        0,
                        SOURCE,
                        message(PORT, i + 1),
                        i + 1 < values.length);
            }
        });
    }

    /** HV-073. */
    private static void eomLooksAtEverySource(Scenario s) {
        int[] all = new int[Hyperv.SOURCES];
        for (int source = 0; source < all.length; source++) {
            all[source] = source;
        }
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, all);
        for (int source : all) {
            guest.messageChannel(PORT + source, 0, source);
            guest.vmmPosts(PORT + source, message(PORT + source, source));
            guest.vmmPosts(PORT + source, message(PORT + source, source + 100));
        }
        guest.takeInterrupts(0);
        for (int source : all) {
            guest.clear(0, source);
        }
        guest.eom(0);
        for (int source : all) {
            guest.expectSlot("after one EOM", 0, source, message(PORT + source, source + 100), false);
        }
        s.expectThat("interrupts come after EOM", !guest.takeInterrupts(0).isEmpty());
    }

    /** HV-074. */
    private static void eomIsOfItsVcpu(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 2);
        guest.listenAll(SOURCE);
        for (int i = 0; i < 2; i++) {
            guest.messageChannel(PORT + i, i, SOURCE);
            guest.vmmPosts(PORT + i, message(PORT + i, 1));
            guest.vmmPosts(PORT + i, message(PORT + i, 2));
            guest.expectInterrupts("for the first message", i, 1);
            guest.clear(i, SOURCE);
        }
        guest.eom(0);
        guest.expectSlot("after its EOM", 0, SOURCE, message(PORT, 2), false);
        guest.expectInterrupts("after its EOM", 0, 1);
        guest.expectEmpty("after EOM of vCPU 0", 1, SOURCE);
        guest.expectInterrupts("after EOM of vCPU 0", 1, 0);
        guest.eom(1);
        guest.expectSlot("after its EOM", 1, SOURCE, message(PORT + 1, 2), false);
        guest.expectInterrupts("after its EOM", 1, 1);
    }

    /** HV-075: also of two ports of one source, and of answers that the VMM posts in the middle of a call. */
    private static void messagesAreInOrder(Scenario s) {
        each(s, (guest, poster) -> {
            guest.messageChannel(SECOND + 1, 0, SOURCE);
            List<Message> expected = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int port = i % 3 == 1 ? SECOND + 1 : PORT;
                poster.post(guest, port, i);
                expected.add(message(port, i));
                if (i == 6) {
                    expected.remove(guest.receive("", 0, SOURCE));
                }
            }
            guest.expectDrained("in order", 0, SOURCE, expected);
        });
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        int[] answered = new int[1];
        guest.rig()
                .connectBy(machine -> HypervGuest.synic(machine).connect(SECOND, (type, payload) -> {
                    for (int i = 0; i < 3; i++) {
                        guest.vmmPosts(PORT, message(PORT, answered[0]++));
                    }
                    return SynicStatus.SUCCESS;
                }));
        guest.post(SECOND, message(SECOND, 1));
        guest.expectInterrupts("for three answers", 0, 1);
        guest.post(SECOND, message(SECOND, 2));
        guest.expectInterrupts("for answers that wait", 0, 0);
        guest.expectDrained("as answers", 0, SOURCE, numbers(PORT, 0, 5));
    }

    /** HV-076. */
    private static void sourcesDoNotWaitForEachOther(Scenario s) {
        each(s, (guest, poster) -> {
            guest.set(Hyperv.sint(OTHER_SOURCE), HypervGuest.OTHER_VECTOR);
            poster.post(guest, PORT, 1);
            poster.post(guest, PORT, 2);
            guest.expectInterrupts("for the first source", 0, 1);
            poster.post(guest, SECOND, 3);
            guest.expectInterrupts("for the other source", 0, List.of(HypervGuest.OTHER_VECTOR));
            guest.expectSlot("while another slot is in use", 0, OTHER_SOURCE, message(SECOND, 3), false);
            guest.expectSlot("as it was", 0, SOURCE, message(PORT, 1), true);
        });
    }

    /** HV-077. */
    private static void aMaskedSourceGetsMessages(Scenario s) {
        each(s, (guest, poster) -> {
            guest.set(Hyperv.sint(SOURCE), Hyperv.MASKED | HypervGuest.VECTOR);
            poster.post(guest, PORT, 1);
            guest.expectInterrupts("of a masked source", 0, 0);
            boolean isHeld = guest.slot(0, SOURCE).isEmpty();
            if (!isHeld) {
                guest.expectSlot("of a masked source", 0, SOURCE, message(PORT, 1), false);
            }
            s.expectEqual(
                    "messages that wait of a masked source",
                    isHeld ? 1 : 0,
                    guest.messagePort(PORT).waiting());
            poster.post(guest, SECOND, 2);
            guest.expectInterrupts("of a source that is not masked", 0, 1);
            guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
            guest.expectInterrupts("when the source is unmasked", 0, isHeld ? 1 : 0);
            guest.expectSlot("when the source is unmasked", 0, SOURCE, message(PORT, 1), false);
        });
    }

    /** HV-078. */
    private static void aMaskedQueueMovesByEom(Scenario s) {
        each(s, (guest, poster) -> {
            guest.set(Hyperv.sint(SOURCE), Hyperv.MASKED | HypervGuest.VECTOR);
            for (int i = 0; i < 4; i++) {
                poster.post(guest, PORT, i);
            }
            boolean isHeld = guest.slot(0, SOURCE).isEmpty();
            for (int i = 0; i < 4; i++) {
                if (!isHeld) {
                    guest.expectSlot("of a masked source", 0, SOURCE, message(PORT, i), i < 3);
                }
                guest.clear(0, SOURCE);
                guest.expectEmpty("before EOM", 0, SOURCE);
                guest.eom(0);
            }
            guest.expectEmpty("when all is drained", 0, SOURCE);
            guest.expectInterrupts("of a masked source", 0, 0);
            s.expectEqual(
                    "messages that wait for unmasking",
                    isHeld ? 4 : 0,
                    guest.messagePort(PORT).waiting());
            guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
            guest.expectDrained("when the source is unmasked", 0, SOURCE, isHeld ? numbers(PORT, 0, 3) : List.of());
        });
    }

    /** HV-079. */
    private static void unmaskingMakesNoInterrupt(Scenario s) {
        each(s, (guest, poster) -> {
            guest.set(Hyperv.sint(SOURCE), Hyperv.MASKED | HypervGuest.VECTOR);
            poster.post(guest, PORT, 1);
            if (guest.slot(0, SOURCE).isEmpty()) {
                guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
                guest.expectInterrupts("for a message that waited for unmasking", 0, 1);
                guest.set(Hyperv.sint(SOURCE), Hyperv.MASKED | HypervGuest.VECTOR);
            }
            poster.post(guest, PORT, 2);
            guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
            guest.expectInterrupts("after unmasking", 0, 0);
            guest.expectSlot("after unmasking", 0, SOURCE, message(PORT, 1), true);
            guest.clear(0, SOURCE);
            guest.eom(0);
            guest.expectInterrupts("for the message after it", 0, 1);
            guest.expectSlot("of the message after it", 0, SOURCE, message(PORT, 2), false);
        });
    }

    /** HV-080. */
    private static void aPolledSourceMakesNoInterrupt(Scenario s) {
        each(s, (guest, poster) -> {
            guest.set(Hyperv.sint(SOURCE), Hyperv.POLLING | HypervGuest.VECTOR);
            s.expectThat("register 0x200 offers polling", guest.hasFeature(Hyperv.POLLING_MODE));
            for (int i = 0; i < 3; i++) {
                poster.post(guest, PORT, i);
            }
            guest.expectInterrupts("of a polled source", 0, 0);
            guest.expectDrained("of a polled source", 0, SOURCE, numbers(PORT, 0, 2));
            guest.expectInterrupts("of a polled source", 0, 0);
            poster.post(guest, SECOND, 3);
            guest.expectInterrupts("of a source that is not polled", 0, 1);
        });
    }

    /** HV-081: SIMP off with one message in the slot and two behind it. */
    private static void nothingComesWhileThePageIsOff(Scenario s) {
        each(s, (guest, poster) -> {
            for (int i = 0; i < 3; i++) {
                poster.post(guest, PORT, i);
            }
            guest.expectInterrupts("for the first message", 0, 1);
            guest.clear(0, SOURCE);
            guest.set(Hyperv.SIMP, HypervGuest.simp(0));
            byte[] off = guest.page(guest.cpu(), HypervGuest.simp(0));
            guest.eom(0);
            guest.expectInterrupts("after EOM with the page off", 0, 0);
            s.expectThat(
                    "RAM does not change while the page is off",
                    Arrays.equals(off, guest.page(guest.cpu(), HypervGuest.simp(0))));
            guest.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
            guest.expectDrained("when the page is on again", 0, SOURCE, numbers(PORT, 1, 2));
        });
    }

    /** HV-082: each of the two. */
    private static void turningOnDelivers(Scenario s) {
        for (int register : new int[] {Hyperv.SIMP, Hyperv.SCONTROL}) {
            each(s, (guest, poster) -> {
                long on = guest.get(register);
                poster.post(guest, PORT, 1);
                poster.post(guest, PORT, 2);
                guest.expectInterrupts("for the first message", 0, 1);
                guest.clear(0, SOURCE);
                guest.set(register, on & ~1);
                guest.expectInterrupts("with " + Hyperv.name(register) + " off", 0, 0);
                guest.set(register, on);
                guest.expectInterrupts("with " + Hyperv.name(register) + " on again", 0, 1);
                guest.expectSlot("with " + Hyperv.name(register) + " on again", 0, SOURCE, message(PORT, 2), false);
            });
        }
    }

    /** HV-083. */
    private static void theVmmPostsToAControllerThatIsOff(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        for (int register : new int[] {Hyperv.SCONTROL, Hyperv.SIMP}) {
            long on = guest.get(register);
            guest.set(register, on & ~1);
            byte[] before = guest.page(guest.cpu(), HypervGuest.simp(0));
            SynicStatus status = guest.messagePort(PORT)
                    .post(message(PORT, 1).type(), message(PORT, 1).payload());
            s.expectThat(
                    "the status " + status + " of a message to what is off is SUCCESS or INVALID_SYNIC_STATE",
                    status == SynicStatus.SUCCESS || status == SynicStatus.INVALID_SYNIC_STATE);
            int waiting = status == SynicStatus.SUCCESS ? 1 : 0;
            s.expectEqual("messages that wait", waiting, guest.messagePort(PORT).waiting());
            guest.expectInterrupts("while " + Hyperv.name(register) + " is off", 0, 0);
            s.expectThat(
                    "no memory changes while " + Hyperv.name(register) + " is off",
                    Arrays.equals(before, guest.page(guest.cpu(), HypervGuest.simp(0))));
            guest.set(register, on);
            guest.expectInterrupts("when " + Hyperv.name(register) + " is on", 0, waiting);
            guest.expectDrained(
                    "when " + Hyperv.name(register) + " is on",
                    0,
                    SOURCE,
                    waiting == 0 ? List.of() : List.of(message(PORT, 1)));
        }
    }

    /** HV-084: what was posted later waits its turn. */
    private static void aMessageMovesTheQueue(Scenario s) {
        each(s, (guest, poster) -> {
            for (int i = 0; i < 3; i++) {
                poster.post(guest, PORT, i);
            }
            guest.expectInterrupts("for the first message", 0, 1);
            guest.clear(0, SOURCE);
            poster.post(guest, PORT, 3);
            guest.expectInterrupts("for the head of the queue", 0, 1);
            guest.expectSlot("after a message to an empty slot", 0, SOURCE, message(PORT, 1), true);
            guest.expectDrained("after that", 0, SOURCE, numbers(PORT, 1, 3));
        });
    }

    /** HV-087: types that no message has, too. */
    private static void theGuestMayFillASlot(Scenario s) {
        each(s, (guest, poster) -> {
            SteppingGuestCpu cpu = guest.cpu();
            int number = 0;
            for (long type : new long[] {1, 0x8000_0000L, 0x100, 0xFFFF_FFFFL, 0x0100_0000L}) {
                cpu.put(HypervGuest.slotAddress(0, SOURCE), AccessWidth.WORD, type);
                poster.post(guest, PORT, ++number);
                String when = "that the guest gave the type 0x" + Long.toHexString(type);
                Slot slot = guest.slot(0, SOURCE);
                s.expectEqual("type of a slot " + when, (int) type, slot.type());
                s.expectThat("a slot " + when + " is marked", slot.isPending());
                guest.expectInterrupts("for a message to a slot " + when, 0, 0);
                guest.clear(0, SOURCE);
                guest.eom(0);
                guest.expectSlot("after EOM", 0, SOURCE, message(PORT, number), false);
                guest.expectInterrupts("after EOM", 0, 1);
                guest.receive("", 0, SOURCE);
            }
        });
    }

    /** HV-090. */
    private static void theVectorChangesAtOnce(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            poster.post(guest, PORT, 2);
            guest.expectInterrupts("on the first vector", 0, List.of(HypervGuest.VECTOR));
            guest.set(Hyperv.sint(SOURCE), HypervGuest.OTHER_VECTOR);
            guest.expectInterrupts("for the change itself", 0, List.of());
            guest.expectSlot("after the change", 0, SOURCE, message(PORT, 1), true);
            guest.receive("", 0, SOURCE);
            guest.expectInterrupts("on the new vector", 0, List.of(HypervGuest.OTHER_VECTOR));
            guest.receive("", 0, SOURCE);
            poster.post(guest, PORT, 3);
            guest.expectInterrupts("on the new vector", 0, List.of(HypervGuest.OTHER_VECTOR));
            poster.post(guest, SECOND, 4);
            guest.expectInterrupts("of a source that did not change", 0, List.of(HypervGuest.VECTOR));
        });
    }

    /** HV-091. */
    private static void sixteenMessagesWait(Scenario s) {
        each(s, (guest, poster) -> {
            for (int i = 0; i <= Hyperv.BUFFERS; i++) {
                poster.post(guest, PORT, i);
            }
            s.expectEqual(
                    "messages that wait",
                    Hyperv.BUFFERS,
                    guest.messagePort(PORT).waiting());
            for (int i = 0; i < 3; i++) {
                int status = poster == Poster.VMM
                        ? guest.messagePort(PORT)
                                .post(0x99, new byte[] {(byte) i})
                                .code()
                        : guest.tryPost(PORT, message(PORT, 99)).status();
                s.expectEqual("status of a message too many", Hyperv.INSUFFICIENT_BUFFERS, status);
            }
            guest.expectInterrupts("for the first message", 0, 1);
            poster.post(guest, SECOND, 50);
            guest.expectSlot("of another port", 0, OTHER_SOURCE, message(SECOND, 50), false);
            s.expectEqual("the first message", message(PORT, 0), guest.receive("", 0, SOURCE));
            poster.post(guest, PORT, Hyperv.BUFFERS + 1);
            guest.expectDrained("after one more", 0, SOURCE, numbers(PORT, 1, Hyperv.BUFFERS + 1));
            poster.post(guest, PORT, 60);
            guest.expectSlot("with all buffers free", 0, SOURCE, message(PORT, 60), false);
        });
        sixteenOfAnotherMachineWait(s);
    }

    /** The buffers belong to the port: another machine fills them as well. */
    private static void sixteenOfAnotherMachineWait(Scenario s) {
        HypervGuest receiver = HypervGuest.boot(s);
        HypervGuest sender = HypervGuest.boot(s);
        receiver.listen(0, SOURCE);
        sender.synic().connect(SECOND, receiver.synic().createMessagePort(PORT, 0, SOURCE));
        for (int i = 0; i <= Hyperv.BUFFERS; i++) {
            if (i % 2 == 0) {
                sender.post(SECOND, message(PORT, i));
            } else {
                receiver.vmmPosts(PORT, message(PORT, i));
            }
        }
        s.expectEqual(
                "status of a message too many of another machine",
                Hyperv.INSUFFICIENT_BUFFERS,
                sender.tryPost(SECOND, message(PORT, 99)).status());
        receiver.expectDrained("of another machine and the VMM", 0, SOURCE, numbers(PORT, 0, Hyperv.BUFFERS));
        sender.post(SECOND, message(PORT, 60));
        receiver.expectSlot("of another machine", 0, SOURCE, message(PORT, 60), false);
    }

    /** HV-092: messages of another port of the same source stay. */
    private static void aPortTakesItsMessagesWithIt(Scenario s) {
        each(s, (guest, poster) -> {
            int keeper = SECOND + 1;
            guest.messageChannel(keeper, 0, SOURCE);
            poster.post(guest, PORT, 0);
            for (int i = 1; i < 6; i++) {
                poster.post(guest, i % 2 == 0 ? keeper : PORT, i);
            }
            guest.messagePort(PORT).close();
            guest.expectDrained(
                    "when a port was deleted",
                    0,
                    SOURCE,
                    List.of(message(PORT, 0), message(keeper, 2), message(keeper, 4)));
            s.expectThat("the port is gone", guest.synic().messagePort(PORT).isEmpty());
        });
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, SOURCE);
        Connection connection = guest.synic().connect(PORT, guest.synic().createMessagePort(PORT, 0, SOURCE));
        for (int i = 0; i < 2; i++) {
            guest.synic()
                    .messagePort(PORT)
                    .orElseThrow()
                    .post(message(PORT, i).type(), message(PORT, i).payload());
        }
        connection.close();
        s.expectEqual(
                "status of PostMessage after the connection was ended",
                Hyperv.INVALID_CONNECTION,
                guest.tryPost(PORT, message(PORT, 9)).status());
        guest.expectDrained("when the connection was ended", 0, SOURCE, numbers(PORT, 0, 1));
    }

    /** HV-093. */
    private static void theEndOfAnInterruptIsNoEom(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            poster.post(guest, PORT, 2);
            s.expectEqual("the interrupt", HypervGuest.VECTOR, guest.acknowledge(0));
            guest.clear(0, SOURCE);
            guest.end(0, HypervGuest.VECTOR);
            guest.expectEmpty("after the end of the interrupt", 0, SOURCE);
            guest.expectInterrupts("after the end of the interrupt", 0, 0);
            guest.eom(0);
            guest.expectSlot("after EOM", 0, SOURCE, message(PORT, 2), false);
            guest.expectInterrupts("after EOM", 0, 1);
        });
    }

    /** HV-094: instructions and time go by. */
    private static void withoutEomNothingMoves(Scenario s) {
        each(s, (guest, poster) -> {
            poster.post(guest, PORT, 1);
            poster.post(guest, PORT, 2);
            guest.expectInterrupts("for the first message", 0, 1);
            guest.clear(0, SOURCE);
            for (int i = 0; i < 5; i++) {
                guest.get(Hyperv.sint(i));
                guest.rig().advance(1_000_000_000L);
                guest.settled();
                guest.expectEmpty("without EOM", 0, SOURCE);
                guest.expectInterrupts("without EOM", 0, 0);
            }
            s.expectEqual("messages that wait", 1, guest.messagePort(PORT).waiting());
            guest.eom(0);
            guest.expectSlot("after EOM", 0, SOURCE, message(PORT, 2), false);
        });
    }
}
