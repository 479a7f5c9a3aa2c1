/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/**
 * Section 11.10, first part: what a guest goes on with after it was saved and restored.
 *
 * @since 0.1
 */
public final class SnapshotChecks {
    private static final int PORT = 0x91;
    private static final int SECOND = 0x92;
    private static final int EVENTS = 0x93;
    private static final int SOURCE = 5;
    private static final int OTHER_SOURCE = 6;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: save and restore",
            Check.of("HV-169", SnapshotChecks::queuesAreRestored).witnesses("queued"),
            Check.of("HV-170", SnapshotChecks::slotsAreRestored).witnesses("marked"),
            Check.of("HV-171", SnapshotChecks::timersKeepTheirTimes).witnesses("one-shot", "periodic"),
            Check.of("HV-172", SnapshotChecks::aRestoreMakesNoInterrupt).witnesses("pending", "active"),
            Check.of("HV-173", SnapshotChecks::acceptedIsDelivered)
                    .witnesses(Program.BEFORE, Program.BETWEEN, Program.AFTER));

    private SnapshotChecks() {}

    private static Message message(int port, int number) {
        return Message.number(number, port);
    }

    private static HypervGuest boot(Scenario s, int vcpus) {
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        guest.listen(0, SOURCE, OTHER_SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        guest.messageChannel(SECOND, 0, OTHER_SOURCE);
        guest.eventChannel(EVENTS, 0, SOURCE);
        return guest;
    }

    private static List<Message> numbers(int port, int first, int last) {
        List<Message> messages = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            messages.add(message(port, i));
        }
        return messages;
    }

    /** HV-169: behind a slot in use, behind one that was emptied, behind a page that is off, and two ports in turn. */
    private static void queuesAreRestored(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.messageChannel(PORT + 0x10, 0, SOURCE);
        List<Message> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int port = i % 3 == 0 ? PORT + 0x10 : PORT;
            guest.vmmPosts(port, message(port, i));
            expected.add(message(port, i));
        }
        for (int i = 0; i <= Hyperv.BUFFERS; i++) {
            guest.post(SECOND, message(SECOND, i));
        }
        guest.clear(0, OTHER_SOURCE);
        guest.takeInterrupts(0);
        s.witness("queued");
        guest.rig().cut();
        s.expectEqual(
                "messages that wait after restore", 6, guest.messagePort(PORT).waiting());
        s.expectOneOf(
                "messages that wait after restore, of which one may have found its slot empty",
                guest.messagePort(SECOND).waiting(),
                Hyperv.BUFFERS,
                Hyperv.BUFFERS - 1);
        guest.expectDrained("after restore", 0, SOURCE, expected);
        guest.eom(0);
        guest.expectDrained("after restore", 0, OTHER_SOURCE, numbers(SECOND, 1, Hyperv.BUFFERS));
        s.expectThat("interrupts come after restore", !guest.takeInterrupts(0).isEmpty());
        HypervGuest off = boot(s, 1);
        off.set(Hyperv.SIMP, 0);
        off.vmmPosts(PORT, message(PORT, 1));
        off.vmmPosts(PORT, message(PORT, 2));
        off.rig().cut();
        off.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
        off.expectDrained("whose page was off over a restore", 0, SOURCE, numbers(PORT, 1, 2));
        off.post(PORT, message(PORT, 3));
        off.expectDrained("of the next message after a restore", 0, SOURCE, numbers(PORT, 3, 3));
    }

    /** HV-170: every byte of both pages, and that the slot is in use. */
    private static void slotsAreRestored(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.vmmPosts(PORT, message(PORT, 1));
        guest.vmmPosts(PORT, message(PORT, 2));
        guest.vmmPosts(SECOND, message(SECOND, 3));
        guest.vmmSignals(EVENTS, 1234);
        guest.cpu().put(HypervGuest.slotAddress(0, 9), AccessWidth.WORD, 0x77);
        guest.takeInterrupts(0);
        byte[] messages = guest.page(guest.cpu(), HypervGuest.simp(0));
        byte[] flags = guest.page(guest.cpu(), HypervGuest.siefp(0));
        s.witness("marked");
        guest.rig().cut();
        byte[] messagesAfter = guest.page(guest.cpu(), HypervGuest.simp(0));
        byte[] flagsAfter = guest.page(guest.cpu(), HypervGuest.siefp(0));
        for (int i = 0; i < messages.length; i++) {
            s.expectEqual("byte " + i + " of the SIM page after restore", messages[i], messagesAfter[i]);
            s.expectEqual("byte " + i + " of the SIEF page after restore", flags[i], flagsAfter[i]);
        }
        guest.expectRegister("after restore", Hyperv.sint(SOURCE), HypervGuest.VECTOR);
        guest.expectRegister("after restore", Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
        guest.expectRegister("after restore", Hyperv.SCONTROL, 1);
        guest.expectRegister("after restore", Hyperv.GUEST_ID, HypervGuest.IDENTITY);
        guest.vmmSignals(EVENTS, 1234);
        guest.expectInterrupts("for a flag that was set before the save", 0, 0);
        guest.vmmPosts(SECOND, message(SECOND, 4));
        guest.expectSlot("in use over a restore", 0, OTHER_SOURCE, message(SECOND, 3), true);
        guest.expectDrained("after restore", 0, SOURCE, numbers(PORT, 1, 2));
        guest.set(Hyperv.SIMP, 0);
        s.expectEqual(
                "RAM below the SIM page after restore",
                0,
                guest.cpu().get(HypervGuest.simp(0), AccessWidth.DOUBLEWORD));
    }

    /** HV-171. */
    private static void timersKeepTheirTimes(Scenario s) {
        HypervGuest guest = boot(s, 1);
        long sint = (long) SOURCE << Hyperv.TIMER_SINT_SHIFT;
        long period = 100 * TimerChecks.MILLISECOND;
        long due = TimerChecks.now(guest) + 200 * TimerChecks.MILLISECOND;
        TimerChecks.start(guest, 1, sint, due);
        TimerChecks.pass(guest, 120 * TimerChecks.MILLISECOND);
        guest.rig().cut();
        long restored = TimerChecks.now(guest);
        s.expectThat("the time goes on after a restore, at " + restored, restored >= due - period);
        guest.expectEmpty("before the time of the timer", 0, SOURCE);
        TimerChecks.pass(guest, 100 * TimerChecks.MILLISECOND);
        s.expectEqual("expiration over a restore", due, TimerChecks.expectTimer(guest, "over a restore", SOURCE, 1));
        s.witness("one-shot");
        guest.receive("", 0, SOURCE);
        guest.takeInterrupts(0);
        TimerChecks.start(guest, 2, sint | Hyperv.TIMER_PERIODIC, period);
        // A timer is never early; how late it may be is not said.
        TimerChecks.pass(guest, period * 11 / 10);
        long first = TimerChecks.expectTimer(guest, "of the first period", SOURCE, 2);
        guest.receive("", 0, SOURCE);
        TimerChecks.pass(guest, period * 6 / 10);
        guest.rig().cut();
        TimerChecks.pass(guest, period * 6 / 10);
        s.expectEqual(
                "end of the second period, over a restore",
                first + period,
                TimerChecks.expectTimer(guest, "of the second period", SOURCE, 2));
        s.witness("periodic");
        guest.receive("", 0, SOURCE);
        guest.takeInterrupts(0);
        // A message of a timer that waits for its slot.
        guest.set(Hyperv.timerConfig(2), 0);
        guest.cpu().put(HypervGuest.slotAddress(0, SOURCE), AccessWidth.WORD, 1);
        due = TimerChecks.now(guest) + TimerChecks.MILLISECOND;
        TimerChecks.start(guest, 3, sint, due);
        TimerChecks.pass(guest, 10 * TimerChecks.MILLISECOND);
        guest.rig().cut();
        guest.clear(0, SOURCE);
        guest.eom(0);
        guest.settled();
        s.expectEqual(
                "expiration of a message that waited over a restore",
                due,
                TimerChecks.expectTimer(guest, "that waited over a restore", SOURCE, 3));
        guest.expectInterrupts("for a message that waited over a restore", 0, 1);
    }

    /** HV-172. */
    private static void aRestoreMakesNoInterrupt(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.rig().cut();
        guest.expectInterrupts("after restore with nothing to do", 0, 0);
        guest.vmmPosts(PORT, message(PORT, 1));
        guest.vmmPosts(PORT, message(PORT, 2));
        guest.vmmSignals(EVENTS, 5);
        guest.expectInterrupts("before the save", 0, 1);
        guest.rig().cut();
        guest.expectInterrupts("after restore with slot and flag in use", 0, 0);
        guest.receive("after restore", 0, SOURCE);
        s.witness("pending");
        guest.rig().cut();
        guest.expectInterrupts("after restore with one pending", 0, 1);
        guest.vmmSignals(EVENTS, 6);
        s.expectEqual("the interrupt", HypervGuest.VECTOR, guest.acknowledge(0));
        guest.rig().cut();
        s.witness("active");
        guest.end(0, HypervGuest.VECTOR);
        guest.expectInterrupts("after the end of one that was active over a restore", 0, 0);
    }

    /** HV-173: vCPU 0 posts to itself; at every point the machine is saved and restored, or the other vCPU reset. */
    private static void acceptedIsDelivered(Scenario s) {
        for (boolean isReset : new boolean[] {false, true}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                Program program = new Program(guest, guest.cpu())
                        .post(PORT, message(PORT, 1))
                        .post(PORT, message(PORT, 2))
                        .post(PORT, message(PORT, 3));
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            if (isReset) {
                                guest.cpu(1).vcpu().reset();
                            } else {
                                guest.rig().cut();
                            }
                        },
                        when -> {
                            program.expectResults(when);
                            guest.expectInterrupts("for the first message " + when, 0, 1);
                            guest.expectDrained(when, 0, SOURCE, numbers(PORT, 1, 3));
                            guest.expectEmpty("in the end " + when, 0, SOURCE);
                        });
            });
        }
    }
}
