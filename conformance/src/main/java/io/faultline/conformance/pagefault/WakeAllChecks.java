/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section L: wake-all.
 *
 * @since 0.1
 */
public final class WakeAllChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: wake-all",
            Check.of("APF-141", WakeAllChecks::enablingWakesOnce)
                    .witnesses("wake-all")
                    .cut(),
            Check.of("APF-142", WakeAllChecks::wakeAllUsesTheRouteOfReady)
                    .witnesses("wake-all")
                    .cut(),
            Check.of("APF-143", WakeAllChecks::olderTokensAreNotShownAfterIt).witnesses("disabled-and-enabled"),
            Check.of("APF-145", WakeAllChecks::wakeAllIsForOneVcpu)
                    .witnesses("wake-all-on-vcpu-0", "ready-on-vcpu-1")
                    .cut(),
            Check.of("APF-146", WakeAllChecks::wakeAllIsNotLostBehindAReady)
                    .witnesses("ready-shown", "wake-all")
                    .cut(),
            Check.of("APF-147", WakeAllChecks::aFaultBehindAPendingWakeAll)
                    .witnesses("fault-before-wake-all", "completed")
                    .cut());

    private static final int ROUNDS = 3;

    private WakeAllChecks() {}

    private static void takeWakeAll(PagingScene scene, PageFaultGuest guest, SteppingGuestCpu cpu) {
        cpu.interruptsOn();
        GuestNotification wakeAll = guest.take("wake-all");
        scene.scenario().expectEqual("notification", new GuestNotification.WakeAll(), wakeAll);
        guest.acknowledge(wakeAll);
    }

    /** APF-141. */
    private static void enablingWakesOnce(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        for (int round = 1; round <= ROUNDS; round++) {
            scene.guest().enableOnly();
            takeWakeAll(scene, scene.guest(), scene.cpu());
            scene.guest().expectNothingDue();
            s.expectEqual("wake-alls", round, scene.counters().wakeAlls());
            s.witness("wake-all");
            scene.guest().disable();
            scene.guest().expectNothingDue();
        }
    }

    /** APF-142. */
    private static void wakeAllUsesTheRouteOfReady(Scenario s) {
        KvmGuest guest = new KvmGuest(PagingScene.offered(s, 1).cpu());
        guest.setUp();
        guest.clear();
        guest.enable(0);
        guest.expectReady("the ready interrupt");
        guest.expectWords("in its handler", KvmGuest.READY, KvmGuest.WAKE_ALL);
        guest.clear();
        guest.endInterrupt();
        guest.returnFromHandler();
        guest.expectReady("the interrupt again, as IRQ_ACK is missing");
        guest.acknowledge();
        guest.leaveHandler();
        guest.expectNothingDue("after IRQ_ACK");
        s.witness("wake-all");
    }

    /** APF-143. */
    private static void olderTokensAreNotShownAfterIt(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(scene.slots(2)));
        scene.cpu().interruptsOff();
        for (WaitingTask shown : tasks.subList(1, tasks.size())) {
            scene.arrive(shown.page());
        }
        scene.guest().disable();
        scene.guest().enableOnly();
        takeWakeAll(scene, scene.guest(), scene.cpu());
        scene.arrive(tasks.get(0).page());
        scene.guest().expectNothingDue();
        s.witness("disabled-and-enabled");
        tasks.forEach(scene::finish);
        if (s.capabilities().has(Capabilities.SAVE_RESTORE)) {
            WaitingTask task = scene.guest().startWaiting(scene.absent(2));
            scene.rig().cut();
            boolean wakesAll = scene.drain().contains(new GuestNotification.WakeAll());
            s.note(wakesAll ? "a restore causes a wake-all" : "a restore causes no wake-all here");
            scene.arrive(task.page());
            if (wakesAll) {
                scene.guest().expectNothingDue();
            } else {
                scene.drain();
            }
            scene.finish(task);
        }
    }

    /** APF-145. */
    private static void wakeAllIsForOneVcpu(Scenario s) {
        PagingScene scene = PagingScene.enabled(s, 2);
        WaitingTask first = scene.guest(0).startWaiting(scene.absent(0));
        WaitingTask second = scene.guest(1).startWaiting(scene.absent(1));
        scene.guest(0).disable();
        scene.guest(0).enableOnly();
        takeWakeAll(scene, scene.guest(0), scene.rig().cpu(0));
        s.witness("wake-all-on-vcpu-0");
        scene.guest(1).expectNothingDue();
        scene.arrive(first.page());
        scene.arrive(second.page());
        scene.guest(0).expectNothingDue();
        s.expectEqual("token of ready on vCPU 1", second.token(), scene.guest(1).takeReady());
        s.witness("ready-on-vcpu-1");
        scene.finish(scene.guest(0), scene.rig().cpu(0), first);
        scene.finish(scene.guest(1), scene.rig().cpu(1), second);
    }

    /** APF-146: the ready that is shown has been neither taken nor acknowledged. */
    private static void wakeAllIsNotLostBehindAReady(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(scene.slots(2)));
        scene.cpu().interruptsOff();
        for (WaitingTask task : tasks) {
            scene.arrive(task.page());
        }
        s.witness("ready-shown");
        scene.guest().disable();
        scene.guest().enableOnly();
        takeWakeAll(scene, scene.guest(), scene.cpu());
        s.witness("wake-all");
        scene.guest().expectNothingDue();
        tasks.forEach(scene::finish);
    }

    /** APF-147: mechanisms whose notifications share a slot do not announce such a fault. */
    private static void aFaultBehindAPendingWakeAll(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        SteppingGuestCpu cpu = scene.cpu();
        PageFaultGuest guest = scene.guest();
        long page = scene.absent(0);
        guest.enableOnly();
        cpu.returnTo(cpu.layout().el0(), ProcessorState.EL0T.with(ProcessorState.DAIF));
        GuestStep step = guest.touchHere(page);
        s.witness("fault-before-wake-all");
        if (step instanceof GuestStep.Diverted) {
            WaitingTask task = guest.letWait(page, guest.expectNotPresent("the access", step));
            takeWakeAll(scene, guest, cpu);
            step = guest.retry(task);
            scene.expectWaits("the access of a task that was woken early", step);
            scene.arrive(page);
            step = cpu.resume();
            while (step instanceof GuestStep.Diverted) {
                guest.acknowledge(guest.identify());
                step = cpu.resume();
            }
            s.expectRetired("the access after the page has come", step);
            scene.expectData(cpu, page);
        } else {
            scene.expectWaits("the access", step);
            scene.arriveAndGoOn(cpu, page);
            takeWakeAll(scene, guest, cpu);
        }
        scene.toKernel(cpu);
        guest.expectNothingDue();
        s.witness("completed");
    }
}
