/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.sdei.Sdei;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section G: the guest's answer to not-present.
 *
 * @since 0.1
 */
public final class DeclineChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: declining",
            Check.of("APF-081", DeclineChecks::completeMeansSynchronous)
                    .witnesses("waited", "page-came")
                    .cut(),
            Check.of("APF-082", DeclineChecks::completeAndResumeMeansAsynchronous)
                    .witnesses("ran-before-the-page-came", "ready")
                    .cut(),
            Check.of("APF-083", DeclineChecks::failedIsTreatedLikeComplete)
                    .witnesses("words-cleared", "words-left")
                    .cut(),
            Check.of("APF-084", DeclineChecks::aPageThatHasComeIsNotWaitedFor)
                    .witnesses("came-inside-the-handler")
                    .cut(),
            Check.of("APF-085", DeclineChecks::timersAreNotLost)
                    .witnesses("waited", "timer-taken")
                    .cut());

    private static final InterruptId VIRTUAL_TIMER = InterruptId.ppi(27);
    private static final long TIMER_TICKS = 1_000_000;
    private static final long ONE_SECOND = 1_000_000_000L;
    private static final int ROUNDS = 3;

    private DeclineChecks() {}

    static void expectWaitsForThePage(PagingScene scene, long page, long access) {
        Scenario s = scene.scenario();
        for (int round = 0; round < ROUNDS; round++) {
            scene.expectWaits(
                    "the declined access to page " + PagingScene.hex(page),
                    scene.cpu().resume());
            s.expectEqual("PC while the vCPU waits", access, scene.cpu().pc());
        }
        scene.arriveAndGoOn(scene.cpu(), page);
        scene.guest().expectNothingDue();
    }

    /** APF-081. */
    private static void completeMeansSynchronous(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.enterEl0();
        long access = cpu.pc();
        GuestNotification.NotPresent notPresent = scene.guest().expectNotPresent(page);
        scene.guest().decline(notPresent);
        s.expectEqual("PC after the guest has declined", access, cpu.pc());
        s.expectThat("the guest is at EL0 after it has declined", cpu.isAt(ExceptionLevel.EL0));
        s.witness("waited");
        expectWaitsForThePage(scene, page, access);
        s.witness("page-came");
        s.expectEqual("declined faults", 1, scene.counters().declined());
        s.expectEqual("ready notifications", 0, scene.counters().ready());
    }

    /** APF-082. */
    private static void completeAndResumeMeansAsynchronous(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        SteppingGuestCpu cpu = scene.cpu();
        cpu.x(7, 0);
        for (int n = 1; n <= ROUNDS; n++) {
            s.expectRetired("an instruction of the scheduler", cpu.execute(A64.add(7, 7, 1)));
            s.expectEqual("X7 of the scheduler", n, cpu.x(7));
        }
        s.witness("ran-before-the-page-came");
        scene.arrive(task.page());
        scene.takeReadyAndFinish(task);
        s.witness("ready");
    }

    /** APF-083. */
    private static void failedIsTreatedLikeComplete(Scenario s) {
        for (String words : new String[] {"words-cleared", "words-left"}) {
            PagingScene scene = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(scene);
            SteppingGuestCpu cpu = scene.cpu();
            long page = scene.absent(0);
            cpu.enterEl0();
            long access = cpu.pc();
            guest.expectNotPresent(page);
            if (words.equals("words-cleared")) {
                guest.clear();
            }
            s.expectDiverted("EVENT_COMPLETE with status FAILED", guest.sdei().complete(Sdei.FAILED), access);
            expectWaitsForThePage(scene, page, access);
            guest.clear();
            s.witness(words);
            WaitingTask task = guest.startWaiting(scene.absent(1));
            scene.arrive(task.page());
            s.expectEqual("token of ready for the next fault", task.token(), guest.takeReady());
        }
    }

    /** APF-084, APF-200. */
    static void aPageThatHasComeIsNotWaitedFor(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        long page = scene.absent(0);
        GuestNotification.NotPresent notPresent = scene.guest().expectNotPresent(page);
        scene.arrive(page);
        s.witness("came-inside-the-handler");
        scene.guest().decline(notPresent);
        scene.expectGoesOn(scene.cpu(), page);
        scene.toKernel(scene.cpu());
        scene.guest().expectNothingDue();
        s.expectEqual("ready notifications", 0, scene.counters().ready());
    }

    /** APF-085: the timer may interrupt the wait, or be taken after it. */
    private static void timersAreNotLost(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        cpu.gic().enable(VIRTUAL_TIMER);
        long now = cpu.mrs(SystemRegister.CNTVCT_EL0);
        cpu.msr(SystemRegister.CNTV_CVAL_EL0, now + TIMER_TICKS);
        cpu.msr(SystemRegister.CNTV_CTL_EL0, 1);
        long page = scene.absent(0);
        GuestNotification.NotPresent notPresent = scene.guest().expectNotPresent(page);
        scene.guest().decline(notPresent);
        scene.expectWaits("the declined access", cpu.resume());
        s.witness("waited");
        scene.rig().advance(ONE_SECOND);
        GuestStep step = cpu.resume();
        if (step instanceof GuestStep.Stopped) {
            scene.expectWaits("the declined access when the timer has fired", step);
            scene.arrive(page);
            step = cpu.resume();
        }
        s.expectDiverted("the timer interrupt", step, cpu.layout().vectorFromEl0(1));
        s.expectEqual(
                "INTID that the guest acknowledges",
                VIRTUAL_TIMER.number(),
                cpu.gic().acknowledge());
        s.witness("timer-taken");
    }
}
