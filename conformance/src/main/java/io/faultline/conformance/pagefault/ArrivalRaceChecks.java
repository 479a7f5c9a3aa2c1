/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section J, first part: the page comes while the guest is told or acknowledges.
 *
 * @since 0.1
 */
public final class ArrivalRaceChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: races with arrival",
            Check.of("APF-115", ArrivalRaceChecks::thePageComesInsideTheHandler)
                    .witnesses("came-inside-the-handler", "ready")
                    .cut(),
            Check.of("APF-116", ArrivalRaceChecks::thePageComesBeforeNotPresentIsTaken)
                    .witnesses("came-before-the-first-instruction")
                    .cut(),
            Check.of("APF-117", ArrivalRaceChecks::thePageComesAtOnce)
                    .witnesses("completed")
                    .cut(),
            Check.of("APF-118", ArrivalRaceChecks::aFaultBeforeTheAcknowledgement)
                    .witnesses("fault-before-acknowledgement", "both-complete")
                    .cut(),
            Check.of("APF-119", ArrivalRaceChecks::arrivalAndAcknowledgement)
                    .witnesses("before-clearing", "before-acknowledging", "after-acknowledging")
                    .cut());

    private static final int PAGES = 4;

    private ArrivalRaceChecks() {}

    /** APF-115: the handler unmasks interrupts before its task is known to wait. */
    private static void thePageComesInsideTheHandler(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        PageFaultGuest guest = scene.guest();
        long page = scene.absent(0);
        GuestNotification.NotPresent notPresent = guest.expectNotPresent(page);
        GuestNotification.Ready expected = new GuestNotification.Ready(notPresent.token());
        scene.arrive(page);
        s.witness("came-inside-the-handler");
        scene.cpu().interruptsOn();
        boolean early = scene.cpu().settle() instanceof GuestStep.Diverted;
        if (early) {
            GuestNotification ready = guest.identify();
            s.expectEqual("notification inside the handler", expected, ready);
            guest.acknowledge(ready);
            s.witness("ready");
        }
        scene.cpu().interruptsOff();
        WaitingTask task = guest.letWait(page, notPresent);
        if (!early) {
            s.expectEqual("token of ready after the handler", task.token(), guest.takeReady());
            s.witness("ready");
        }
        guest.expectNothingDue();
        scene.finish(task);
    }

    /** APF-116: three legal ways, and in each the fault ends once. */
    private static void thePageComesBeforeNotPresentIsTaken(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        boolean pending = guest.beginFault(page);
        scene.arrive(page);
        s.witness("came-before-the-first-instruction");
        boolean withdrawn = guest.reason() == 0;
        if (withdrawn) {
            guest.expectWords("after the page has come", 0, 0);
            scene.expectGoesOn(cpu, page);
            scene.toKernel(cpu);
        } else {
            GuestStep step = pending ? cpu.resume() : new GuestStep.Diverted(cpu.pc());
            long token = guest.expectAnnounced("the access", step);
            WaitingTask task = guest.answerAsynchronously(page, token);
            s.expectEqual("token of ready", token, guest.takeReady());
            s.expectRetired("the access after ready", guest.retry(task));
            scene.toKernel(cpu);
        }
        guest.expectNothingDue("after the fault");
        s.expectEqual("faults outstanding", 0, scene.counters().outstanding());
    }

    /** APF-117: the source cannot hand the page over when it is asked, and has it right after. */
    private static void thePageComesAtOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        scene.source().answerAfter(0);
        for (int n = 0; n < PAGES; n++) {
            long page = scene.absent(n);
            GuestStep step = scene.guest().touch(page);
            if (step instanceof GuestStep.Diverted) {
                WaitingTask task = scene.guest().letWait(page, scene.guest().expectNotPresent("the access", step));
                scene.rig().advance(0);
                scene.takeReadyAndFinish(task);
            } else {
                if (step instanceof GuestStep.Stopped) {
                    scene.expectWaits("the access", step);
                    scene.rig().advance(0);
                    s.expectRetired("the access again", scene.cpu().resume());
                }
                scene.expectData(scene.cpu(), page);
                scene.toKernel(scene.cpu());
            }
            scene.guest().expectNothingDue();
            s.expectEqual("faults outstanding", 0, scene.counters().outstanding());
            s.witness("completed");
        }
    }

    /** APF-118. */
    private static void aFaultBeforeTheAcknowledgement(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        ProcessorState masked = ProcessorState.EL0T.with(ProcessorState.DAIF);
        WaitingTask first = guest.startWaiting(scene.absent(0));
        scene.arrive(first.page());
        guest.expectReady("ready interrupt");
        s.expectEqual("token of ready", first.token(), guest.token());
        guest.clear();
        guest.endInterrupt();
        long page = scene.absent(1);
        GuestStep step = guest.touch(page, masked);
        s.witness("fault-before-acknowledgement");
        if (step instanceof GuestStep.Diverted) {
            WaitingTask second = guest.answerAsynchronously(page, guest.expectAnnounced("the access", step));
            guest.acknowledge();
            scene.arrive(page);
            s.expectEqual("token of ready for the second page", second.token(), guest.takeReady());
            s.expectRetired("the second access after ready", guest.retry(second));
        } else {
            scene.expectWaits("the access", step);
            scene.arrive(page);
            scene.expectGoesOn(cpu, page);
            scene.toKernel(cpu);
            guest.acknowledge();
        }
        scene.toKernel(cpu);
        guest.expectNothingDue("after both");
        s.expectRetired("the first access after ready", guest.retry(first));
        s.witness("both-complete");
    }

    /** APF-119: the machine asks the source by itself, between any two instructions. */
    private static void arrivalAndAcknowledgement(Scenario s) {
        String[] places = {"before-clearing", "before-acknowledging", "after-acknowledging"};
        for (String place : places) {
            PagingScene scene = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(scene);
            WaitingTask first = guest.startWaiting(scene.absent(0));
            WaitingTask second = guest.startWaiting(scene.absent(1));
            scene.arrive(first.page());
            guest.expectReady("ready interrupt");
            s.expectEqual("token of ready", first.token(), guest.token());
            releaseAt(scene, second, place, places[0]);
            guest.clear();
            releaseAt(scene, second, place, places[1]);
            guest.acknowledge();
            releaseAt(scene, second, place, places[2]);
            guest.leaveHandler();
            s.expectEqual("token of the ready that came " + place, second.token(), guest.takeReady());
            guest.expectNothingDue("after both");
        }
    }

    private static void releaseAt(PagingScene scene, WaitingTask task, String place, String here) {
        if (place.equals(here)) {
            scene.source().release(task.page());
            scene.scenario().witness(here);
        }
    }
}
