/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import java.util.function.ToLongFunction;

/**
 * Section P, second part: every fault is accounted for.
 *
 * @since 0.1
 */
public final class AccountChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: accounts",
            Check.of("APF-190", AccountChecks::randomWalksBalance)
                    .witnesses("announced", "not-announced", "ready", "wake-all", "disabled", "reset", "finished")
                    .seeds(4),
            Check.of("APF-194", AccountChecks::everythingIsCounted)
                    .witnesses("counted")
                    .cut());

    private static final int STEPS = 250;

    private AccountChecks() {}

    /** APF-190. */
    private static void randomWalksBalance(Scenario s) {
        RandomWalk walk = new RandomWalk(s);
        for (int n = 0; n < STEPS; n++) {
            walk.step();
            walk.expectBalanced();
        }
        walk.finish();
        walk.expectBalanced();
    }

    /** Does something and demands that one counter grows by one. */
    private static void expectCounted(
            PagingScene scene, String name, ToLongFunction<FaultCounters> counter, Runnable action) {
        long before = counter.applyAsLong(scene.counters());
        action.run();
        scene.scenario().expectEqual("counter of " + name, before + 1, counter.applyAsLong(scene.counters()));
    }

    /** APF-194. */
    private static void everythingIsCounted(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        expectCounted(
                scene, "wake-all", FaultCounters::wakeAlls, () -> scene.guest().enable());
        expectCounted(scene, "faults that are not announced", FaultCounters::vetoed, () -> waitAtEl1(scene, 0));
        expectCounted(
                scene,
                "parked and synchronous faults together",
                counters -> counters.parked() + counters.synchronous(),
                () -> waitAtEl1(scene, 0));
        expectCounted(scene, "page-ins", FaultCounters::pageIns, () -> waitAtEl1(scene, 0));
        expectCounted(scene, "announced faults", FaultCounters::announced, () -> cancelled(scene, 1));
        scene.guest().enable();
        expectCounted(
                scene,
                "faults that disabling cancelled or covered by a wake-all",
                counters -> counters.cancelled() + counters.coveredByWakeAll(),
                () -> cancelled(scene, 2));
        scene.guest().enable();
        expectCounted(scene, "ready notifications", FaultCounters::ready, () -> ready(scene, 3));
        expectCounted(scene, "repeated faults", FaultCounters::repeated, () -> repeated(scene, 4));
        expectCounted(scene, "failures", FaultCounters::failures, () -> {
            scene.source().fail(GuestLayout.dataPage(5), 1);
            WaitingTask task = scene.guest().startWaiting(scene.absent(5));
            scene.arrive(task.page());
            s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
        });
        expectCounted(scene, "dropped answers", FaultCounters::dropped, () -> {
            long page = scene.absent(6);
            scene.rig().faults().complete(page, ScriptedPageSource.pattern(page));
            scene.rig().faults().complete(page, ScriptedPageSource.pattern(page));
        });
        if (s.capabilities().has(Capabilities.APF_DECLINE)) {
            expectCounted(scene, "declined faults", FaultCounters::declined, () -> {
                long page = scene.absent(7);
                scene.guest().decline(scene.guest().expectNotPresent(page));
                scene.arriveAndGoOn(scene.cpu(), page);
            });
        }
        s.witness("counted");
    }

    private static void waitAtEl1(PagingScene scene, int n) {
        long page = scene.absent(n);
        scene.expectWaits("an access of EL1", scene.guest().touchHere(page));
        scene.arriveAndGoOn(scene.cpu(), page);
    }

    private static void cancelled(PagingScene scene, int n) {
        scene.guest().startWaiting(scene.absent(n));
        scene.guest().disable();
    }

    private static void ready(PagingScene scene, int n) {
        WaitingTask task = scene.guest().startWaiting(scene.absent(n));
        scene.arrive(task.page());
        scene.takeReadyAndFinish(task);
    }

    private static void repeated(PagingScene scene, int n) {
        WaitingTask task = scene.guest().startWaiting(scene.absent(n));
        scene.expectWaits("a second access", scene.guest().retry(task));
        scene.arrive(task.page());
        scene.expectReadyAndGoOn(task);
        scene.toKernel(scene.cpu());
    }
}
