/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/**
 * Section K: limits.
 *
 * @since 0.1
 */
public final class LimitChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: limits",
            Check.of("APF-132", LimitChecks::afterTheLimitFaultsAreSynchronous).witnesses("limit"),
            Check.of("APF-133", LimitChecks::oneCompletionMakesRoomForOneFault).witnesses("limit", "announced-again"),
            Check.of("APF-134", LimitChecks::slotsAreGivenBack).witnesses("after-silent-ends", "after-cancelled-ends"),
            Check.of("APF-135", LimitChecks::allFramesAreFoundAgain)
                    .witnesses("all-ready")
                    .seeds(2));

    /** Pages whose numbers differ in high bits only meet in one place of most small hash tables. */
    private static final int STRIDE = 8;

    private static final int PAGES = 512;

    private LimitChecks() {}

    /** As many tasks that wait as there are slots. */
    private static List<WaitingTask> fill(PagingScene scene) {
        return scene.startWaiting(scene.absentPages(scene.guest().limits().slots()));
    }

    /** APF-132. */
    private static void afterTheLimitFaultsAreSynchronous(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int slots = fill(scene).size();
        s.witness("limit");
        long page = scene.absent(slots);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault with all slots in use", scene.guest().touch(page));
        scene.expectVeto("a fault with all slots in use", Veto.LIMIT_REACHED, before);
        scene.arriveAndGoOn(scene.cpu(), page);
        scene.guest().expectNothingDue();
    }

    /** APF-133. */
    private static void oneCompletionMakesRoomForOneFault(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = fill(scene);
        int slots = tasks.size();
        s.witness("limit");
        scene.arrive(tasks.get(0).page());
        scene.takeReadyAndFinish(tasks.get(0));
        scene.guest().startWaiting(scene.absent(slots));
        s.witness("announced-again");
        long page = scene.absent(slots + 1);
        scene.expectWaits("a fault with all slots in use again", scene.guest().touch(page));
    }

    /** APF-134. */
    private static void slotsAreGivenBack(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int slots = scene.guest().limits().slots();
        for (int n = 0; n <= slots; n++) {
            long page = scene.absent(0);
            scene.expectWaits("an access of EL1", scene.guest().touchHere(page));
            scene.arriveAndGoOn(scene.cpu(), page);
        }
        fill(scene);
        s.expectEqual("faults outstanding", slots, scene.counters().outstanding());
        s.witness("after-silent-ends");
        scene.guest().disable();
        s.expectEqual("faults outstanding after disable", 0, scene.counters().outstanding());
        scene.source().releaseAll();
        scene.rig().advance(0);
        scene.guest().enable();
        fill(scene);
        s.expectEqual("faults outstanding", slots, scene.counters().outstanding());
        s.witness("after-cancelled-ends");
    }

    /** APF-135. */
    private static void allFramesAreFoundAgain(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int slots = scene.guest().limits().slots();
        List<Long> pages = new ArrayList<>();
        for (int offset = 0; offset < STRIDE; offset++) {
            for (int n = offset; n < PAGES && pages.size() < slots; n += STRIDE) {
                pages.add(scene.absent(n));
            }
        }
        List<WaitingTask> waiting = scene.startWaiting(pages);
        while (!waiting.isEmpty()) {
            WaitingTask task = waiting.remove(s.random().nextInt(waiting.size()));
            scene.expectWaits(
                    "a second access to a page on its way", scene.guest().retry(task));
            scene.arrive(task.page());
            scene.expectReadyAndGoOn(task);
            scene.toKernel(scene.cpu());
        }
        s.witness("all-ready");
        s.expectEqual("faults outstanding", 0, scene.counters().outstanding());
    }
}
