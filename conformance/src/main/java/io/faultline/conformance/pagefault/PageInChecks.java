/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Section H: page-in.
 *
 * @since 0.1
 */
public final class PageInChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: page-in",
            Check.of("APF-090", PageInChecks::aHiddenFaultEndsSilently)
                    .witnesses("user-mode", "supervisor-mode")
                    .cut(),
            Check.of("APF-091", PageInChecks::readyFollowsTheOrderOfArrival)
                    .witnesses("all-ready")
                    .seeds(2)
                    .cut(),
            Check.of("APF-092", PageInChecks::anotherPathCompletesTheFaultOnce)
                    .witnesses("by-the-vmm", "by-the-background")
                    .cut(),
            Check.of("APF-093", PageInChecks::failuresEndInWaiting)
                    .witnesses("announced", "synchronous", "page-came")
                    .cut(),
            Check.of("APF-094", PageInChecks::aLostPageIsAMemoryError)
                    .witnesses("aborted")
                    .cut());

    private static final int MOST_ROUNDS = 20;
    private static final int ALWAYS = 1000;
    private static final int PAGES = 5;
    private static final int DATA_ABORT_LOWER = 0x24;
    private static final int EXTERNAL_ABORT = 0x10;

    private PageInChecks() {}

    /** APF-090. */
    private static void aHiddenFaultEndsSilently(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        FaultCounters before = scene.counters();
        scene.rig().decideBy((page, vcpu) -> false);
        long page = scene.absent(0);
        scene.expectWaits(
                "an access of EL0 that the VMM declines", scene.guest().touch(page));
        scene.arriveAndGoOn(scene.cpu(), page);
        scene.guest().expectNothingDue();
        s.witness("user-mode");
        long other = scene.absent(1);
        scene.expectWaits("an access of EL1", scene.guest().touchHere(other));
        scene.arriveAndGoOn(scene.cpu(), other);
        scene.guest().expectNothingDue();
        s.witness("supervisor-mode");
        s.expectEqual("ready notifications", before.ready(), scene.counters().ready());
    }

    /** APF-091. */
    private static void readyFollowsTheOrderOfArrival(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int count = Math.min(PAGES, scene.guest().limits().slots());
        List<WaitingTask> waiting = scene.startWaiting(scene.absentPages(count));
        List<WaitingTask> order = new ArrayList<>();
        while (!waiting.isEmpty()) {
            WaitingTask next = waiting.remove(s.random().nextInt(waiting.size()));
            order.add(next);
            scene.arrive(next.page());
        }
        for (WaitingTask task : order) {
            s.expectEqual(
                    "token of ready, in the order of arrival",
                    task.token(),
                    scene.guest().takeReady());
        }
        s.witness("all-ready");
        scene.guest().expectNothingDue();
        order.forEach(scene::finish);
    }

    /** APF-092. */
    private static void anotherPathCompletesTheFaultOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        s.expectThat(
                "a page that is being fetched may be handed over by the VMM",
                scene.rig().faults().complete(task.page(), ScriptedPageSource.pattern(task.page())));
        scene.takeReadyAndFinish(task);
        scene.arrive(task.page());
        scene.guest().expectNothingDue();
        s.witness("by-the-vmm");
        WaitingTask other = scene.guest().startWaiting(scene.absent(1));
        scene.source().send(other.page());
        scene.rig().advance(0);
        scene.takeReadyAndFinish(other);
        scene.arrive(other.page());
        scene.guest().expectNothingDue();
        s.witness("by-the-background");
        s.expectEqual("ready notifications", 2, scene.counters().ready());
        s.expectEqual("faults outstanding", 0, scene.counters().outstanding());
    }

    /** APF-093. */
    private static void failuresEndInWaiting(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        long page = scene.absent(0);
        scene.source().fail(page, ALWAYS);
        GuestStep step = scene.guest().touch(page);
        for (int round = 0; round < MOST_ROUNDS && !(step instanceof GuestStep.Stopped); round++) {
            WaitingTask task = scene.guest()
                    .letWait(page, scene.guest().expectNotPresent("the access after " + round + " failures", step));
            s.witness("announced");
            scene.arrive(page);
            s.expectEqual(
                    "token of ready after a failure",
                    task.token(),
                    scene.guest().takeReady());
            step = scene.guest().retry(task);
        }
        scene.expectWaits("the access after at most " + MOST_ROUNDS + " failures", step);
        s.witness("synchronous");
        scene.arrive(page);
        scene.expectWaits("the access after one more failure", scene.cpu().resume());
        scene.source().fail(page, 0);
        scene.arriveAndGoOn(scene.cpu(), page);
        s.witness("page-came");
        scene.guest().expectNothingDue();
    }

    /** APF-094. */
    private static void aLostPageIsAMemoryError(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.source().poison(task.page());
        scene.arrive(task.page());
        s.expectEqual(
                "residency of the page",
                PageResidency.POISONED,
                scene.rig().machine().memory().residency(task.page()));
        s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
        long announced = scene.counters().announced();
        s.expectDiverted(
                "the access to the lost page",
                scene.guest().retry(task),
                scene.cpu().layout().vectorFromEl0(0));
        long syndrome = scene.cpu().mrs(SystemRegister.ESR_EL1);
        s.expectEqual("exception class in ESR_EL1", DATA_ABORT_LOWER, syndrome >>> 26 & 0x3F);
        s.expectEqual("fault status in ESR_EL1", EXTERNAL_ABORT, syndrome & 0x3F);
        s.expectEqual("announced faults", announced, scene.counters().announced());
        s.witness("aborted");
    }
}
