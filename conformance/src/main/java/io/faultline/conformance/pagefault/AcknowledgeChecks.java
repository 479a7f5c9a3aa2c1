/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Smccc;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;

/**
 * Section I, second part: acknowledging ready.
 *
 * @since 0.1
 */
public final class AcknowledgeChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: acknowledgement",
            Check.of("APF-098", AcknowledgeChecks::oneTokenIsShownAtATime)
                    .witnesses("first-shown", "second-shown")
                    .cut(),
            Check.of("APF-099", AcknowledgeChecks::clearingAloneLosesNothing)
                    .witnesses("cleared", "acknowledged")
                    .cut(),
            Check.of("APF-100", AcknowledgeChecks::acknowledgingAloneShowsNothing)
                    .witnesses("next-shown")
                    .cut(),
            Check.of("APF-101", AcknowledgeChecks::anAcknowledgementOfNothingHasNoEffect)
                    .witnesses("disabled", "idle", "waiting")
                    .cut(),
            Check.of("APF-103", AcknowledgeChecks::acknowledgingShowsTheNextAtOnce)
                    .witnesses("next-shown")
                    .cut(),
            Check.of("APF-104", AcknowledgeChecks::theLineFollowsWhatIsShown)
                    .witnesses("low")
                    .cut(),
            Check.of("APF-105", AcknowledgeChecks::theInterruptMayBeEndedFirst)
                    .witnesses("first", "second")
                    .cut());

    private static final long REDISTRIBUTORS = 0x080A_0000L;
    private static final long GICR_ISPENDR0 = 0x1_0200L;

    private AcknowledgeChecks() {}

    /** Two tasks of one guest that wait. */
    private record Pair(PagingScene scene, KvmGuest guest, WaitingTask first, WaitingTask second) {
        static Pair waiting(Scenario s) {
            PagingScene scene = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(scene);
            WaitingTask first = guest.startWaiting(scene.absent(0));
            return new Pair(scene, guest, first, guest.startWaiting(scene.absent(1)));
        }

        /** The same, and both pages have come. */
        static Pair arrived(Scenario s) {
            Pair pair = waiting(s);
            pair.guest.cpu().interruptsOff();
            pair.scene.arrive(pair.first.page());
            pair.scene.arrive(pair.second.page());
            return pair;
        }

        void expectShown(String when, WaitingTask task) {
            guest.expectWords(when, KvmGuest.READY, task.token());
        }
    }

    /** APF-098. */
    private static void oneTokenIsShownAtATime(Scenario s) {
        Pair pair = Pair.arrived(s);
        pair.expectShown("with two pages ready", pair.first);
        s.witness("first-shown");
        for (int round = 0; round < 3; round++) {
            s.expectRetired("NOP with interrupts masked", pair.guest.cpu().settle());
            pair.scene.rig().advance(1_000_000);
            pair.expectShown("until it is acknowledged", pair.first);
        }
        s.expectEqual("first token", pair.first.token(), pair.guest.takeReady());
        pair.expectShown("after the first is acknowledged", pair.second);
        s.witness("second-shown");
        s.expectEqual("second token", pair.second.token(), pair.guest.takeReady());
    }

    /** APF-099: showing the next one before the acknowledgement is allowed. */
    private static void clearingAloneLosesNothing(Scenario s) {
        Pair pair = Pair.arrived(s);
        pair.guest.expectReady("ready interrupt");
        pair.guest.clear();
        s.expectRetired("NOP", pair.guest.cpu().settle());
        s.expectOneOf("token word after clearing without IRQ_ACK", pair.guest.token(), 0, pair.second.token());
        s.witness("cleared");
        pair.guest.acknowledge();
        pair.expectShown("after IRQ_ACK", pair.second);
        s.witness("acknowledged");
        pair.guest.leaveHandler();
    }

    /** APF-100. */
    private static void acknowledgingAloneShowsNothing(Scenario s) {
        for (boolean byCompletion : new boolean[] {false, true}) {
            Pair pair = Pair.waiting(s);
            boolean hasThird = byCompletion && pair.scene.slots(3) == 3;
            long third = pair.scene.absent(2);
            if (hasThird) {
                pair.guest.startWaiting(third);
            }
            pair.guest.cpu().interruptsOff();
            pair.scene.arrive(pair.first.page());
            pair.scene.arrive(pair.second.page());
            pair.guest.expectReady("ready interrupt");
            pair.guest.acknowledge();
            pair.expectShown("after IRQ_ACK without clearing", pair.first);
            s.expectRetired("NOP", pair.guest.cpu().settle());
            pair.expectShown("while the words are not cleared", pair.first);
            pair.guest.clear();
            if (pair.guest.token() != 0) {
                s.note("the next one is shown as soon as the words are clear");
            } else if (!hasThird) {
                pair.guest.acknowledge();
            }
            if (hasThird) {
                pair.scene.arrive(third);
            }
            pair.expectShown("after the words are clear", pair.second);
            s.witness("next-shown");
            pair.guest.leaveHandler();
            s.expectEqual("second token", pair.second.token(), pair.guest.takeReady());
        }
    }

    /** APF-101. */
    private static void anAcknowledgementOfNothingHasNoEffect(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = new KvmGuest(scene.cpu());
        guest.call(KvmCall.IRQ_ACK);
        guest.expectDisabled("after IRQ_ACK");
        s.witness("disabled");
        guest.start(0);
        expectNoEffect(s, guest, "with nothing outstanding");
        s.witness("idle");
        WaitingTask task = guest.startWaiting(scene.absent(0));
        expectNoEffect(s, guest, "with a fault outstanding");
        s.expectEqual("faults outstanding", 1, scene.counters().outstanding());
        s.witness("waiting");
        scene.arrive(task.page());
        s.expectEqual("token of ready", task.token(), guest.takeReady());
        expectNoEffect(s, guest, "a second time");
    }

    private static void expectNoEffect(Scenario s, KvmGuest guest, String when) {
        for (int round = 0; round < 2; round++) {
            s.expectOneOf("result of IRQ_ACK " + when, guest.call(KvmCall.IRQ_ACK), Smccc.SUCCESS, Smccc.NOT_REQUIRED);
            guest.expectWords("after IRQ_ACK " + when, 0, 0);
            guest.expectNothingDue("after IRQ_ACK " + when);
        }
    }

    /** APF-103. */
    private static void acknowledgingShowsTheNextAtOnce(Scenario s) {
        Pair pair = Pair.arrived(s);
        pair.guest.expectReady("ready interrupt");
        pair.guest.clear();
        pair.guest.acknowledge();
        pair.expectShown("at the return from IRQ_ACK", pair.second);
        s.witness("next-shown");
    }

    /** APF-104. */
    private static void theLineFollowsWhatIsShown(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        WaitingTask task = guest.startWaiting(scene.absent(0));
        guest.cpu().interruptsOff();
        scene.arrive(task.page());
        s.expectThat("the interrupt is pending while ready is shown", isPending(guest));
        guest.takeReady();
        guest.expectNothingDue("after IRQ_ACK");
        s.expectThat("the interrupt is not pending after IRQ_ACK", !isPending(guest));
        s.witness("low");
        if (scene.slots(2) == 2) {
            theLineStaysHigh(s);
        }
    }

    private static void theLineStaysHigh(Scenario s) {
        Pair both = Pair.arrived(s);
        both.guest.expectReady("ready interrupt");
        both.guest.consume();
        both.guest.endInterrupt();
        s.expectThat("the interrupt is pending while the next ready is shown", isPending(both.guest));
        both.guest.returnFromHandler();
        s.expectEqual("second token", both.second.token(), both.guest.takeReady());
        s.expectThat("the interrupt is not pending after both", !isPending(both.guest));
    }

    private static boolean isPending(KvmGuest guest) {
        long pending = guest.cpu().get(REDISTRIBUTORS + GICR_ISPENDR0, AccessWidth.WORD);
        return (pending >>> PageFaultGuest.INTERRUPT & 1) != 0;
    }

    /** APF-105: the order of Linux on x86: end of interrupt, token, clear, acknowledge. */
    private static void theInterruptMayBeEndedFirst(Scenario s) {
        Pair pair = Pair.arrived(s);
        for (WaitingTask task : new WaitingTask[] {pair.first, pair.second}) {
            pair.guest.expectReady("ready interrupt");
            pair.guest.endInterrupt();
            s.expectEqual("token after the end of the interrupt", task.token(), pair.guest.consume());
            pair.guest.returnFromHandler();
            s.witness(task == pair.first ? "first" : "second");
        }
        pair.guest.expectNothingDue("after both");
    }
}
