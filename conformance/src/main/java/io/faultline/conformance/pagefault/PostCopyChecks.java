/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section N, second part: post-copy, seen from the guest and from the page source.
 *
 * @since 0.1
 */
public final class PostCopyChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: post-copy",
            Check.of("APF-170", PostCopyChecks::anotherTaskRunsMeanwhile)
                    .witnesses("ran-meanwhile")
                    .cut(),
            Check.of("APF-171", PostCopyChecks::aLongPauseLosesNothing)
                    .witnesses("paused", "recovered")
                    .cut(),
            Check.of("APF-172", PostCopyChecks::aPageSentAgainIsReadyOnce)
                    .witnesses("sent-again")
                    .cut(),
            Check.of("APF-174", PostCopyChecks::theSourceIsAskedOnce)
                    .witnesses("announced", "repeated", "not-announced"),
            Check.of("APF-175", PostCopyChecks::aDiscardedPageReadsAsZero)
                    .witnesses("discarded", "stale-answer")
                    .cut());

    private static final long ONE_MINUTE = 60_000_000_000L;
    private static final int MINUTES = 10;
    private static final int PAGES = 4;
    private static final int INSTRUCTIONS = 5;

    private PostCopyChecks() {}

    /** Another task at EL0 that counts in X7. */
    private static void runAnotherTask(PagingScene scene) {
        SteppingGuestCpu cpu = scene.cpu();
        cpu.returnTo(cpu.layout().el0() + 0x1000, ProcessorState.EL0T);
        cpu.x(7, 0);
        for (int n = 1; n <= INSTRUCTIONS; n++) {
            scene.scenario().expectRetired("an instruction of another task", cpu.execute(A64.add(7, 7, 1)));
            scene.scenario().expectEqual("X7 of the other task", n, cpu.x(7));
        }
        scene.toKernel(cpu);
    }

    /** APF-170. */
    private static void anotherTaskRunsMeanwhile(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        runAnotherTask(scene);
        s.witness("ran-meanwhile");
        s.expectEqual("faults outstanding", 1, scene.counters().outstanding());
        scene.arrive(task.page());
        scene.takeReadyAndFinish(task);
    }

    /** APF-171. */
    private static void aLongPauseLosesNothing(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int count = Math.min(PAGES, scene.guest().limits().slots());
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(count));
        for (int minute = 0; minute < MINUTES; minute++) {
            scene.rig().advance(ONE_MINUTE);
            runAnotherTask(scene);
            s.expectEqual("faults outstanding", count, scene.counters().outstanding());
        }
        scene.guest().expectNothingDue();
        s.witness("paused");
        for (WaitingTask task : tasks) {
            scene.arrive(task.page());
            scene.takeReadyAndFinish(task);
        }
        s.witness("recovered");
        scene.guest().expectNothingDue();
        s.expectEqual("ready notifications", count, scene.counters().ready());
    }

    /** APF-172. */
    private static void aPageSentAgainIsReadyOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.source().send(task.page());
        scene.source().release(task.page());
        scene.rig().advance(0);
        scene.source().send(task.page());
        scene.rig().advance(0);
        s.witness("sent-again");
        scene.takeReadyAndFinish(task);
        scene.guest().expectNothingDue();
        s.expectEqual("ready notifications", 1, scene.counters().ready());
    }

    /** APF-174. */
    private static void theSourceIsAskedOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        s.expectEqual(
                "requests for the page when not-present is announced",
                1,
                scene.source().requests(task.page()));
        s.witness("announced");
        scene.expectWaits("a second access", scene.guest().retry(task));
        scene.expectWaits("a third access", scene.cpu().resume());
        s.expectEqual(
                "requests for the page after repeated faults", 1, scene.source().requests(task.page()));
        s.witness("repeated");
        scene.arrive(task.page());
        scene.expectReadyAndGoOn(task);
        scene.toKernel(scene.cpu());
        s.expectEqual("requests for the page at the end", 1, scene.source().requests(task.page()));
        long page = scene.absent(1);
        scene.expectWaits("an access of EL1", scene.guest().touchHere(page));
        scene.expectWaits("the same access again", scene.cpu().resume());
        s.expectEqual(
                "requests for a page that is not announced", 1, scene.source().requests(page));
        s.witness("not-announced");
        scene.arriveAndGoOn(scene.cpu(), page);
    }

    /** APF-175: the VMM answers for the page itself; what the source sends later is stale. */
    private static void aDiscardedPageReadsAsZero(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        s.expectThat(
                "a page that is being fetched may be discarded by the VMM",
                scene.rig().faults().complete(task.page(), new byte[ScriptedPageSource.pattern(0).length]));
        s.witness("discarded");
        s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
        scene.arrive(task.page());
        s.witness("stale-answer");
        s.expectRetired("the access after ready", scene.guest().retry(task));
        s.expectEqual("data of the discarded page", 0, scene.cpu().x(0));
    }
}
