/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;

/**
 * Section J, second part: the guest or the source does something twice, late or at a bad time.
 *
 * @since 0.1
 */
public final class GuestRaceChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: races with the guest",
            Check.of("APF-120", GuestRaceChecks::noReadyComesTwice)
                    .witnesses("second-answer", "answer-while-shown")
                    .cut(),
            Check.of("APF-122", GuestRaceChecks::aLateAcknowledgementResumes)
                    .witnesses("not-acknowledged", "synchronous", "resumed"),
            Check.of("APF-123", GuestRaceChecks::nothingIsReadyAfterDisable)
                    .witnesses("released-before-disable")
                    .cut(),
            Check.of("APF-124", GuestRaceChecks::anInterruptThatWasPendingAtDisable)
                    .witnesses("pending-at-disable")
                    .cut(),
            Check.of("APF-125", GuestRaceChecks::theTaskMovesToAnotherVcpu)
                    .witnesses("announced-there")
                    .cut(),
            Check.of("APF-128", GuestRaceChecks::thePageIsEvictedAgain)
                    .witnesses("announced-again")
                    .cut(),
            Check.of("APF-130", GuestRaceChecks::aSpuriousInterrupt)
                    .witnesses("spurious")
                    .cut(),
            Check.of("APF-131", GuestRaceChecks::anInterruptThatIsNotAcknowledgedFiresAgain)
                    .witnesses("fired-again", "acknowledged")
                    .cut());

    private static final long REDISTRIBUTORS = 0x080A_0000L;
    private static final long GICR_ISPENDR0 = 0x1_0200L;
    private static final int FIRINGS = 4;

    private GuestRaceChecks() {}

    /** APF-120. */
    private static void noReadyComesTwice(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        scene.source().answerTwice();
        WaitingTask first = scene.guest().startWaiting(scene.absent(0));
        scene.arrive(first.page());
        s.witness("second-answer");
        scene.takeReadyAndFinish(first);
        scene.guest().expectNothingDue();
        WaitingTask second = scene.guest().startWaiting(scene.absent(1));
        scene.cpu().interruptsOff();
        scene.arrive(second.page());
        s.expectThat(
                "a page that is there already is not taken again",
                !scene.rig().faults().complete(second.page(), ScriptedPageSource.pattern(second.page())));
        scene.rig().faults().fail(second.page(), "late failure");
        scene.source().send(second.page());
        scene.rig().advance(0);
        s.witness("answer-while-shown");
        scene.takeReadyAndFinish(second);
        scene.guest().expectNothingDue();
        for (WaitingTask task : List.of(first, second)) {
            s.expectEqual(
                    "ready notifications with token " + PagingScene.hex(task.token()),
                    1,
                    s.trace().events(TraceEvent.PageReady.class).stream()
                            .filter(event -> event.token() == task.token())
                            .count());
        }
    }

    /** APF-122. */
    private static void aLateAcknowledgementResumes(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        ProcessorState masked = ProcessorState.EL0T.with(ProcessorState.DAIF);
        WaitingTask first = guest.startWaiting(scene.absent(0));
        scene.arrive(first.page());
        guest.expectReady("ready interrupt");
        guest.clear();
        guest.endInterrupt();
        s.witness("not-acknowledged");
        int slots = new PageFaultGuest(cpu).limits().slots();
        List<WaitingTask> waiting = new ArrayList<>();
        for (int n = 1; n <= slots + 1; n++) {
            long page = scene.absent(n);
            GuestStep step = guest.touch(page, masked);
            if (step instanceof GuestStep.Stopped) {
                scene.expectWaits("a fault after the limit is reached", step);
                scene.arrive(page);
                scene.expectGoesOn(cpu, page);
                scene.toKernel(cpu);
                s.witness("synchronous");
                break;
            }
            waiting.add(guest.answerAsynchronously(page, guest.expectAnnounced("a fault", step)));
            scene.arrive(page);
            guest.expectWords("while the first ready is not acknowledged", 0, 0);
        }
        guest.acknowledge();
        for (WaitingTask task : waiting) {
            s.expectEqual("token of ready after the late acknowledgement", task.token(), guest.takeReady());
        }
        s.witness("resumed");
        guest.expectNothingDue("after all");
    }

    /** APF-123. */
    private static void nothingIsReadyAfterDisable(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.cpu().interruptsOff();
        scene.source().release(task.page());
        s.witness("released-before-disable");
        scene.guest().disable();
        // Released and looked for before or inside the call, ready may have been shown and its interrupt be pending.
        long shown = s.trace().events(TraceEvent.PageReady.class).size();
        scene.rig().advance(0);
        for (int n = 0; n < 3; n++) {
            s.expectRetired("NOP after disable", scene.cpu().settle());
        }
        s.expectEqual(
                "ready notifications after disable returned",
                shown,
                s.trace().events(TraceEvent.PageReady.class).size());
        if (scene.slots(2) == 2) {
            nothingQueuedIsReadyAfterDisable(s);
        }
    }

    private static long readies(Scenario s, long token) {
        return s.trace().events(TraceEvent.PageReady.class).stream()
                .filter(event -> event.token() == token)
                .count();
    }

    private static void nothingQueuedIsReadyAfterDisable(Scenario s) {
        PagingScene other = PagingScene.enabled(s);
        WaitingTask first = other.guest().startWaiting(other.absent(0));
        WaitingTask second = other.guest().startWaiting(other.absent(1));
        other.cpu().interruptsOff();
        other.arrive(first.page());
        other.arrive(second.page());
        // A mechanism with several places has shown the second one, too.
        long shown = readies(s, second.token());
        other.guest().disable();
        other.rig().advance(0);
        s.expectEqual("ready notifications for what was queued at disable", shown, readies(s, second.token()));
        s.expectEqual("faults outstanding", 0, other.counters().outstanding());
    }

    /** APF-124: the interrupt may still fire. */
    private static void anInterruptThatWasPendingAtDisable(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask first = guest.startWaiting(scene.absent(0));
        long second = scene.absent(1);
        boolean hasSecond = scene.slots(2) == 2;
        if (hasSecond) {
            guest.startWaiting(second);
        }
        cpu.interruptsOff();
        scene.arrive(first.page());
        if (hasSecond) {
            scene.arrive(second);
        }
        s.witness("pending-at-disable");
        guest.disable();
        s.expectOneOf("token word after disable", guest.token(), 0, first.token());
        cpu.interruptsOn();
        if (cpu.settle() instanceof GuestStep.Diverted) {
            s.expectEqual(
                    "INTID that fires", PageFaultGuest.INTERRUPT, cpu.gic().acknowledge());
            s.expectOneOf("token word in the handler", guest.token(), 0, first.token());
            guest.clear();
            guest.call(KvmCall.IRQ_ACK);
            guest.leaveHandler();
        }
        guest.expectNothingDue("after disable");
        guest.clear();
        guest.expectNothingDue("after the words are clear");
        guest.expectWords("after the guest has cleared them", 0, 0);
    }

    /** APF-125. */
    private static void theTaskMovesToAnotherVcpu(Scenario s) {
        PagingScene scene = PagingScene.enabled(s, 2);
        WaitingTask task = scene.guest(0).startWaiting(scene.absent(0));
        scene.arrive(task.page());
        s.expectEqual("token of ready on vCPU 0", task.token(), scene.guest(0).takeReady());
        scene.rig().faults().discard(task.page());
        WaitingTask moved = scene.guest(1)
                .letWait(
                        task.page(),
                        scene.guest(1)
                                .expectNotPresent(
                                        "the access on vCPU 1", scene.guest(1).retry(task)));
        s.expectThat("the token of vCPU 1 is a new one", moved.token() != task.token());
        s.witness("announced-there");
        scene.arrive(task.page());
        scene.guest(0).expectNothingDue();
        s.expectEqual("token of ready on vCPU 1", moved.token(), scene.guest(1).takeReady());
        scene.finish(scene.guest(1), scene.rig().cpu(1), moved);
    }

    /** APF-128. */
    private static void thePageIsEvictedAgain(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.arrive(task.page());
        s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
        scene.rig().faults().discard(task.page());
        WaitingTask again = scene.guest()
                .letWait(
                        task.page(),
                        scene.guest()
                                .expectNotPresent(
                                        "the access after the page is gone again",
                                        scene.guest().retry(task)));
        s.expectThat("the token of the second fault is a new one", again.token() != task.token());
        s.witness("announced-again");
        scene.arrive(task.page());
        scene.takeReadyAndFinish(again);
    }

    /** APF-130. */
    private static void aSpuriousInterrupt(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask task = guest.startWaiting(scene.absent(0));
        cpu.put(REDISTRIBUTORS + GICR_ISPENDR0, AccessWidth.WORD, 1L << PageFaultGuest.INTERRUPT);
        guest.expectReady("the interrupt that the guest made pending itself");
        s.witness("spurious");
        guest.expectWords("in the handler", 0, 0);
        guest.call(KvmCall.IRQ_ACK);
        guest.leaveHandler();
        guest.expectNothingDue("after the spurious interrupt");
        s.expectEqual("faults outstanding", 1, scene.counters().outstanding());
        scene.arrive(task.page());
        s.expectEqual("token of ready", task.token(), guest.takeReady());
        guest.expectNothingDue("after ready");
    }

    /** APF-131. */
    private static void anInterruptThatIsNotAcknowledgedFiresAgain(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        WaitingTask task = guest.startWaiting(scene.absent(0));
        scene.arrive(task.page());
        for (int firing = 1; firing <= FIRINGS; firing++) {
            guest.expectReady("firing " + firing + " of the interrupt");
            guest.expectWords("at firing " + firing, KvmGuest.READY, task.token());
            guest.leaveHandler();
            s.witness("fired-again");
        }
        s.expectEqual("token of ready", task.token(), guest.takeReady());
        guest.expectNothingDue("after the acknowledgement");
        s.witness("acknowledged");
        WaitingTask next = guest.startWaiting(scene.absent(1));
        scene.arrive(next.page());
        s.expectEqual("token of the next ready", next.token(), guest.takeReady());
    }
}
