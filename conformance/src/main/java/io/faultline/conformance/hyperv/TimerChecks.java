/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Section 11.7: the reference counter, its page, and synthetic timers.
 *
 * @since 0.1
 */
public final class TimerChecks {
    /** A millisecond in units of the reference counter. */
    static final long MILLISECOND = 10_000;

    private static final int SOURCE = 4;
    private static final long NANOS = 100;
    private static final long SINT = (long) SOURCE << Hyperv.TIMER_SINT_SHIFT;
    private static final int TIMER_PAYLOAD = 24;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: timers and clocks",
            Check.of("HV-130", TimerChecks::timeGoesForward).cut(),
            Check.of("HV-131", TimerChecks::counterAndPageAgree).cut(),
            Check.of("HV-132", TimerChecks::aValidPageHasASequence).cut(),
            Check.of("HV-133", TimerChecks::thePageCanBeTurnedOff).cut(),
            Check.of("HV-134", TimerChecks::thePastIsNow).cut(),
            Check.of("HV-135", TimerChecks::theMessageNamesTheTimer).cut(),
            Check.of("HV-136", TimerChecks::noTimerIsEarly),
            Check.of("HV-137", TimerChecks::countZeroStops).cut(),
            Check.of("HV-138", TimerChecks::aCountStartsATimer).cut(),
            Check.of("HV-139", TimerChecks::sourceZeroIsForNobody).cut(),
            Check.of("HV-140", TimerChecks::aSlotInUseIsMarked).cut(),
            Check.of("HV-141", TimerChecks::directModeMakesNoMessage).cut(),
            Check.of("HV-142", TimerChecks::periodsDoNotAddUp).cut(),
            Check.of("HV-143", TimerChecks::aPageThatIsOffDelaysOnly).cut(),
            Check.of("HV-144", TimerChecks::timersAreOfferedOrAbsent).cut());

    private TimerChecks() {}

    private static HypervGuest boot(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, SOURCE);
        return guest;
    }

    /** Lets time pass, and each vCPU that is on take notice of it. */
    static void pass(HypervGuest guest, long units) {
        guest.rig().advance(units * NANOS);
        for (int i = 0; i < guest.vcpus(); i++) {
            guest.scenario().expectRetired("NOP", guest.cpu(i).settle());
        }
    }

    static long now(HypervGuest guest) {
        return guest.get(Hyperv.TIME);
    }

    /** Sets a timer, its count first. */
    static void start(HypervGuest guest, int timer, long config, long count) {
        guest.set(Hyperv.timerCount(timer), count);
        guest.set(Hyperv.timerConfig(timer), config | Hyperv.TIMER_ENABLE);
    }

    /** Demands the message of a timer; returns when it expired. */
    static long expectTimer(HypervGuest guest, String when, int source, int timer) {
        Scenario s = guest.scenario();
        Slot slot = guest.slot(0, source);
        String what = "the message of timer " + timer + " " + when;
        s.expectEqual("type of " + what, Hyperv.TIMER_EXPIRED, slot.type());
        s.expectEqual("size of " + what, TIMER_PAYLOAD, slot.size());
        Message message = slot.message();
        s.expectEqual("origination of " + what, 0, message.origin());
        ByteBuffer payload = ByteBuffer.wrap(message.payload()).order(ByteOrder.LITTLE_ENDIAN);
        s.expectEqual("index in " + what, timer, payload.getInt(0));
        s.expectEqual("reserved word in " + what, 0, payload.getInt(4));
        long expiration = payload.getLong(8);
        long delivery = payload.getLong(16);
        long now = now(guest);
        s.expectThat(
                "expiration " + expiration + ", delivery " + delivery + " and now " + now + " are in order in " + what,
                expiration <= delivery && delivery <= now);
        return expiration;
    }

    private static void expectNoTimer(HypervGuest guest, String when) {
        guest.expectEmpty(when, 0, SOURCE);
        guest.expectInterrupts(when, 0, 0);
    }

    private static void expectEnabled(HypervGuest guest, String when, int timer, boolean isEnabled) {
        guest.scenario()
                .expectEqual(
                        "enable of timer " + timer + " " + when,
                        isEnabled ? 1 : 0,
                        guest.get(Hyperv.timerConfig(timer)) & Hyperv.TIMER_ENABLE);
    }

    /** HV-130. */
    private static void timeGoesForward(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 2);
        if (!guest.hasPrivilege(Hyperv.ACCESS_COUNTER)) {
            return;
        }
        long before = guest.get(Hyperv.TIME);
        for (int i = 0; i < 20; i++) {
            long time = guest.get(guest.cpu(i % 2), Hyperv.TIME);
            s.expectThat("the time " + time + " is not before " + before, time >= before);
            before = time;
        }
        for (int i = 0; i < 2; i++) {
            before = guest.get(guest.cpu(i), Hyperv.TIME);
            guest.rig().advance(MILLISECOND * NANOS);
            long time = guest.get(guest.cpu(1 - i), Hyperv.TIME);
            s.expectThat(
                    "a millisecond after " + before + " the time is " + time + ", a millisecond later",
                    time - before >= MILLISECOND && time - before < 2 * MILLISECOND);
        }
    }

    /** The time by the page; negative if it is not valid. */
    private static long pageTime(SteppingGuestCpu cpu, long page) {
        long sequence = cpu.get(page, AccessWidth.WORD);
        if (sequence == 0) {
            return -1;
        }
        long scale = cpu.get(page + 8, AccessWidth.DOUBLEWORD);
        long offset = cpu.get(page + 16, AccessWidth.DOUBLEWORD);
        long counter = cpu.mrs(SystemRegister.CNTVCT_EL0);
        long high = Math.multiplyHigh(counter, scale) + (counter >> 63 & scale) + (scale >> 63 & counter);
        return high + offset;
    }

    private static boolean hasPage(HypervGuest guest) {
        return guest.hasPrivilege(Hyperv.ACCESS_TSC) && guest.hasPrivilege(Hyperv.ACCESS_COUNTER);
    }

    private static long turnPageOn(HypervGuest guest) {
        long page = guest.scratch(1).address();
        guest.set(Hyperv.REFERENCE_TSC, Hyperv.on(page));
        guest.expectRegister("as it was written", Hyperv.REFERENCE_TSC, Hyperv.on(page));
        return page;
    }

    /** HV-131. */
    private static void counterAndPageAgree(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        if (!hasPage(guest)) {
            return;
        }
        long page = turnPageOn(guest);
        for (int i = 0; i < 6; i++) {
            long before = pageTime(guest.cpu(), page);
            long time = now(guest);
            long after = pageTime(guest.cpu(), page);
            if (before >= 0 && after >= 0) {
                s.expectThat(
                        "the counter, " + time + ", is between the readings " + before + " and " + after
                                + " of the page",
                        before <= time && time <= after);
            }
            guest.rig().advance(123_456_789L * (i + 1));
        }
    }

    /** HV-132: at several times, and turned on again elsewhere. */
    private static void aValidPageHasASequence(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        if (!hasPage(guest)) {
            return;
        }
        for (int i = 0; i < 4; i++) {
            long page = guest.scratch(1 + i % 2).address();
            guest.set(Hyperv.REFERENCE_TSC, Hyperv.on(page));
            long sequence = guest.cpu().get(page, AccessWidth.WORD);
            s.expectThat(
                    "the sequence number 0x" + Long.toHexString(sequence) + " is neither 0 nor 0xFFFFFFFF",
                    sequence != 0 && sequence != 0xFFFF_FFFFL);
            s.expectThat("the scale is not 0", guest.cpu().get(page + 8, AccessWidth.DOUBLEWORD) != 0);
            guest.rig().advance(1_000_000_000L);
        }
    }

    /** HV-133. */
    private static void thePageCanBeTurnedOff(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        if (!guest.hasPrivilege(Hyperv.ACCESS_TSC)) {
            return;
        }
        long marked = 0x1122_3344_5566_7788L;
        long page = guest.scratch(1).quad(0, marked).address();
        for (long value : new long[] {page, 0, page | 0xFFE}) {
            turnPageOn(guest);
            guest.set(Hyperv.REFERENCE_TSC, value);
            guest.expectRegister("turned off", Hyperv.REFERENCE_TSC, value);
            s.expectEqual("RAM where the page was", marked, guest.cpu().get(page, AccessWidth.DOUBLEWORD));
        }
    }

    /** HV-134. */
    private static void thePastIsNow(Scenario s) {
        HypervGuest guest = boot(s);
        pass(guest, MILLISECOND);
        for (int timer = 0; timer < Hyperv.TIMERS; timer++) {
            for (long back : new long[] {0, 1, MILLISECOND / 2}) {
                start(guest, timer, SINT, now(guest) - back);
                guest.settled();
                expectTimer(guest, "in the past", SOURCE, timer);
                guest.expectInterrupts("for a timer in the past", 0, 1);
                expectEnabled(guest, "after it expired", timer, false);
                guest.receive("", 0, SOURCE);
                pass(guest, MILLISECOND);
                expectNoTimer(guest, "after a timer for one shot");
            }
        }
    }

    /** HV-135. */
    private static void theMessageNamesTheTimer(Scenario s) {
        HypervGuest guest = boot(s);
        for (int timer = 0; timer < Hyperv.TIMERS; timer++) {
            long due = now(guest) + (timer + 1) * MILLISECOND;
            start(guest, timer, SINT, due);
            pass(guest, (timer + 2) * MILLISECOND);
            s.expectEqual("expiration in the message", due, expectTimer(guest, "for one shot", SOURCE, timer));
            guest.expectInterrupts("for a timer", 0, 1);
            guest.receive("", 0, SOURCE);
        }
        long started = now(guest);
        start(guest, 2, SINT | Hyperv.TIMER_PERIODIC, 100 * MILLISECOND);
        // A timer is never early; how late it may be is not said.
        pass(guest, 20 * MILLISECOND);
        for (int i = 1; i <= 3; i++) {
            pass(guest, 100 * MILLISECOND);
            long expiration = expectTimer(guest, "with a period", SOURCE, 2);
            s.expectThat(
                    "period " + i + " since " + started + " ended at " + expiration,
                    expiration >= started + 100 * i * MILLISECOND
                            && expiration < started + (100 * i + 50) * MILLISECOND);
            guest.expectInterrupts("for a period", 0, 1);
            guest.receive("", 0, SOURCE);
            expectEnabled(guest, "with a period", 2, true);
        }
    }

    /** HV-136: looked at again and again, also where the hypervisor is asked when something is due. */
    private static void noTimerIsEarly(Scenario s) {
        HypervGuest guest = boot(s);
        for (int round = 0; round < 10; round++) {
            int timer = round % Hyperv.TIMERS;
            long due = now(guest) + 50 * MILLISECOND + s.random().nextInt(1000);
            start(guest, timer, SINT, due);
            while (guest.slot(0, SOURCE).isEmpty()) {
                s.expectThat("timer " + timer + " for " + due + " comes in time", now(guest) < due + 50 * MILLISECOND);
                long left = due - now(guest);
                pass(guest, left > 20 ? left / 2 : 7);
            }
            long seen = now(guest);
            s.expectThat("timer " + timer + " for " + due + " is not seen before, at " + seen, seen >= due);
            s.expectEqual("expiration", due, expectTimer(guest, "when it is due", SOURCE, timer));
            guest.receive("", 0, SOURCE);
        }
        long started = now(guest);
        start(guest, 1, SINT | Hyperv.TIMER_PERIODIC, 50 * MILLISECOND);
        pass(guest, 40 * MILLISECOND);
        if (now(guest) < started + 50 * MILLISECOND) {
            guest.expectEmpty("before the first period is over", 0, SOURCE);
        }
    }

    /** HV-137. */
    private static void countZeroStops(Scenario s) {
        HypervGuest guest = boot(s);
        for (long mode : new long[] {0, Hyperv.TIMER_PERIODIC}) {
            long count = 50 * MILLISECOND + (mode == 0 ? now(guest) : 0);
            start(guest, 1, SINT | mode, count);
            guest.expectRegister("as written", Hyperv.timerCount(1), count);
            guest.set(Hyperv.timerCount(1), 0);
            pass(guest, 200 * MILLISECOND);
            expectNoTimer(guest, "after count 0");
            guest.expectRegister("as written", Hyperv.timerCount(1), 0);
            guest.set(Hyperv.timerConfig(1), 0);
        }
        start(guest, 1, SINT, now(guest));
        guest.settled();
        expectTimer(guest, "started again", SOURCE, 1);
    }

    /** HV-138. */
    private static void aCountStartsATimer(Scenario s) {
        HypervGuest guest = boot(s);
        for (long mode : new long[] {0, Hyperv.TIMER_PERIODIC}) {
            guest.set(Hyperv.timerConfig(3), SINT | mode | Hyperv.TIMER_AUTO);
            expectEnabled(guest, "without a count", 3, false);
            guest.set(Hyperv.timerCount(3), 0);
            expectEnabled(guest, "with count 0", 3, false);
            guest.set(Hyperv.timerCount(3), 100 * MILLISECOND + (mode == 0 ? now(guest) : 0));
            expectEnabled(guest, "with a count", 3, true);
            pass(guest, 150 * MILLISECOND);
            expectTimer(guest, "started by its count", SOURCE, 3);
            guest.expectInterrupts("for a timer started by its count", 0, 1);
            guest.receive("", 0, SOURCE);
            expectEnabled(guest, "when it expired", 3, mode != 0);
            guest.set(Hyperv.timerConfig(3), 0);
            guest.set(Hyperv.timerCount(3), 0);
        }
        guest.set(Hyperv.timerConfig(2), SINT);
        guest.set(Hyperv.timerCount(2), now(guest));
        pass(guest, MILLISECOND);
        expectNoTimer(guest, "with a count but neither enabled nor by itself");
    }

    /** HV-139. */
    private static void sourceZeroIsForNobody(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, 0);
        start(guest, 0, 0, now(guest) + MILLISECOND);
        expectEnabled(guest, "for messages of source 0", 0, false);
        pass(guest, 10 * MILLISECOND);
        guest.expectEmpty("of source 0", 0, 0);
        guest.expectInterrupts("of source 0", 0, 0);
        s.expectEqual("source of the timer", 0, guest.get(Hyperv.timerConfig(0)) >>> Hyperv.TIMER_SINT_SHIFT & 0xF);
    }

    /** HV-140. */
    private static void aSlotInUseIsMarked(Scenario s) {
        HypervGuest guest = boot(s);
        for (long type : new long[] {1, 0x8000_0010L}) {
            guest.cpu().put(HypervGuest.slotAddress(0, SOURCE), AccessWidth.WORD, type);
            guest.cpu().put(HypervGuest.slotAddress(0, SOURCE) + Hyperv.FLAGS_AT, AccessWidth.BYTE, 0);
            long due = now(guest) + 10 * MILLISECOND;
            start(guest, 0, SINT, due);
            pass(guest, 20 * MILLISECOND);
            Slot slot = guest.slot(0, SOURCE);
            s.expectEqual("type in a slot that the guest filled", (int) type, slot.type());
            s.expectThat("a slot in use is marked when a timer expires", slot.isPending());
            guest.expectInterrupts("for a timer while the slot is in use", 0, 0);
            guest.clear(0, SOURCE);
            guest.eom(0);
            guest.settled();
            s.expectEqual("expiration", due, expectTimer(guest, "after EOM", SOURCE, 0));
            guest.expectInterrupts("after EOM", 0, 1);
            guest.receive("", 0, SOURCE);
            pass(guest, MILLISECOND);
            expectNoTimer(guest, "after its message");
        }
    }

    /** HV-141. */
    private static void directModeMakesNoMessage(Scenario s) {
        HypervGuest guest = boot(s);
        boolean isOffered = guest.hasFeature(Hyperv.DIRECT_TIMERS);
        long config = Hyperv.TIMER_DIRECT | (long) HypervGuest.OTHER_VECTOR << Hyperv.TIMER_VECTOR_SHIFT;
        for (int timer = 0; timer < Hyperv.TIMERS; timer++) {
            int count = Hyperv.timerCount(timer);
            guest.set(count, now(guest) + 100 * MILLISECOND);
            int status = guest.trySet(Hyperv.timerConfig(timer), config | Hyperv.TIMER_ENABLE)
                    .status();
            if (isOffered) {
                s.expectEqual("status of Set of a timer in direct mode", Hyperv.SUCCESS, status);
                guest.expectInterrupts("before the timer is due", 0, List.of());
            }
            pass(guest, 200 * MILLISECOND);
            guest.expectInterrupts(
                    "for a timer in direct mode", 0, isOffered ? List.of(HypervGuest.OTHER_VECTOR) : List.of());
            for (int source = 0; source < Hyperv.SOURCES; source++) {
                guest.expectEmpty("after a timer in direct mode", 0, source);
            }
            expectEnabled(guest, "after it expired", timer, false);
        }
    }

    /** HV-142: of each timer its own. */
    private static void periodsDoNotAddUp(Scenario s) {
        HypervGuest guest = boot(s);
        guest.cpu().put(HypervGuest.slotAddress(0, SOURCE), AccessWidth.WORD, 1);
        start(guest, 0, SINT | Hyperv.TIMER_PERIODIC, 1000 * MILLISECOND);
        start(guest, 3, SINT | Hyperv.TIMER_PERIODIC, 1000 * MILLISECOND);
        // Far from the end of a period, as a timer may be late.
        pass(guest, 500 * MILLISECOND);
        for (int i = 0; i < 10; i++) {
            pass(guest, 1000 * MILLISECOND);
        }
        guest.expectInterrupts("while the slot is in use", 0, 0);
        guest.clear(0, SOURCE);
        guest.eom(0);
        guest.settled();
        int[] seen = new int[Hyperv.TIMERS];
        while (!guest.slot(0, SOURCE).isEmpty()) {
            Message message = guest.receive("", 0, SOURCE);
            s.expectEqual("type of what waited", Hyperv.TIMER_EXPIRED, message.type());
            int timer = message.payload()[0];
            s.expectThat("the timer " + timer + " is one of those that run", timer == 0 || timer == 3);
            s.expectThat("one message waits of timer " + timer, seen[timer]++ == 0);
            guest.eom(0);
            guest.settled();
        }
        s.expectEqual("messages of timer 0 that waited", 1, seen[0]);
        s.expectEqual("messages of timer 3 that waited", 1, seen[3]);
        guest.takeInterrupts(0);
        pass(guest, 1000 * MILLISECOND);
        s.expectThat("the timers go on", !guest.slot(0, SOURCE).isEmpty());
    }

    /** HV-143. */
    private static void aPageThatIsOffDelaysOnly(Scenario s) {
        HypervGuest guest = boot(s);
        for (int register : new int[] {Hyperv.SIMP, Hyperv.SCONTROL}) {
            long on = guest.get(register);
            long due = now(guest) + 10 * MILLISECOND;
            start(guest, 2, SINT, due);
            guest.set(register, on & ~1);
            pass(guest, 50 * MILLISECOND);
            guest.expectInterrupts("while " + Hyperv.name(register) + " is off", 0, 0);
            guest.set(register, on);
            guest.settled();
            String when = "when " + Hyperv.name(register) + " is on";
            s.expectEqual("expiration", due, expectTimer(guest, when, SOURCE, 2));
            guest.expectInterrupts(when, 0, 1);
            guest.receive("", 0, SOURCE);
        }
    }

    /** HV-144. */
    private static void timersAreOfferedOrAbsent(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        boolean declared = s.capabilities().has(Capabilities.SYNIC_TIMERS);
        boolean offered = guest.hasPrivilege(Hyperv.ACCESS_TIMERS);
        s.expectThat("a privilege for timers is given only if there are timers", declared || !offered);
        for (int timer = 0; timer < Hyperv.TIMERS; timer++) {
            for (int register : new int[] {Hyperv.timerConfig(timer), Hyperv.timerCount(timer)}) {
                int get = guest.tryGet(register).status();
                int set = guest.trySet(register, 0).status();
                String name = Hyperv.name(register);
                if (offered) {
                    s.expectEqual("status of Get of " + name, Hyperv.SUCCESS, get);
                    s.expectEqual("status of Set of " + name, Hyperv.SUCCESS, set);
                } else {
                    s.expectOneOf("status of Get of " + name, get, Hyperv.UNKNOWN_REGISTER, Hyperv.ACCESS_DENIED);
                    s.expectOneOf("status of Set of " + name, set, Hyperv.UNKNOWN_REGISTER, Hyperv.ACCESS_DENIED);
                }
            }
        }
    }
}
