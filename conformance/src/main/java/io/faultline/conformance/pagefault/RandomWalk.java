/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * A guest on one vCPU that does whatever the seed says, and knows at each moment which of its tasks wait.
 *
 * <p>Interrupts are masked at EL1 but when notifications are taken, and unmasked at EL0.
 */
final class RandomWalk {
    private static final int PAGES = 24;
    private static final int MOST_STEPS = 1000;

    private final Scenario scenario;
    private final PagingScene scene;
    private final boolean canDecline;
    private final boolean canSave;
    private final Map<Long, WaitingTask> waiting = new TreeMap<>();
    private final List<WaitingTask> runnable = new ArrayList<>();
    private boolean enabled;
    private boolean parked;
    /** The page that the task at EL0 needs. */
    private long current;

    RandomWalk(Scenario scenario) {
        this.scenario = scenario;
        this.scene = PagingScene.offered(scenario, 1);
        this.canDecline = scenario.capabilities().has(Capabilities.APF_DECLINE);
        this.canSave = scenario.capabilities().has(Capabilities.SAVE_RESTORE);
        toggle();
    }

    private SteppingGuestCpu cpu() {
        return scene.cpu();
    }

    private int choose(int bound) {
        return scenario.random().nextInt(bound);
    }

    /** Does one thing. */
    void step() {
        int choice = choose(32);
        if (choice < 9) {
            arriveSome();
        } else if (choice == 9) {
            migrate();
        } else if (choice == 10) {
            reset();
        } else if (choice == 11) {
            scene.rig().decideBy((page, vcpu) -> (page >>> 12) % 5 != 0);
        } else if (parked) {
            goOn(cpu().resume());
        } else if (choice < 20) {
            access(absentPage());
        } else if (choice < 22) {
            supervisorAccess(absentPage());
        } else if (choice < 26) {
            take();
        } else if (choice < 30 && !runnable.isEmpty()) {
            retry();
        } else if (choice >= 30) {
            toggle();
        }
    }

    /** Lets every page come and every task go on to its end. */
    void finish() {
        scene.rig().decideBy((page, vcpu) -> true);
        while (parked) {
            arriveAll();
            goOn(cpu().resume());
        }
        arriveAll();
        take();
        scenario.expectEqual("tasks that wait though all pages have come", List.of(), List.copyOf(waiting.values()));
        for (int n = 0; n < MOST_STEPS && !runnable.isEmpty(); n++) {
            retry();
            arriveAll();
            while (parked) {
                goOn(cpu().resume());
                arriveAll();
            }
            take();
        }
        scenario.expectEqual("tasks that do not come to their end", List.of(), runnable);
        scenario.expectEqual(
                "faults outstanding at the end", 0, scene.counters().outstanding());
        scenario.witness("finished");
    }

    void expectBalanced() {
        scenario.expectThat(
                "announced = ready + covered by wake-all + cancelled + outstanding: " + scene.counters(),
                scene.counters().isBalanced());
        long outstanding = scene.rig().faults().outstanding().stream()
                .filter(ticket -> ticket.phase() == FaultPhase.ANNOUNCED || ticket.phase() == FaultPhase.READY_QUEUED)
                .count();
        scenario.expectEqual(
                "tickets of announced faults and their counter",
                outstanding,
                scene.counters().outstanding());
    }

    private void arriveSome() {
        SortedSet<Long> requested = scene.source().held();
        if (!requested.isEmpty()) {
            List<Long> pages = List.copyOf(requested);
            long page = pages.get(choose(pages.size()));
            if (choose(8) == 0) {
                scene.source().fail(page, 1);
            }
            scene.arrive(page);
        }
    }

    private void arriveAll() {
        scene.source().releaseAll();
        scene.rig().advance(0);
    }

    private void migrate() {
        if (canSave) {
            scene.rig().cut();
            scenario.witness("migrated");
        }
    }

    private void reset() {
        scene.resetFirst();
        parked = false;
        enabled = false;
        wakeOwn();
        scenario.witness("reset");
    }

    /** The guest disables or enables; at both its tasks are woken, by itself or by the wake-all. */
    private void toggle() {
        if (enabled) {
            scene.guest().disable();
            wakeOwn();
            scenario.witness("disabled");
        } else {
            scene.guest().enableOnly();
        }
        enabled = !enabled;
    }

    private void wakeOwn() {
        runnable.addAll(waiting.values());
        waiting.clear();
    }

    private long absentPage() {
        long page = GuestLayout.dataPage(choose(PAGES));
        if (scene.rig().machine().memory().residency(page) == PageResidency.RESIDENT) {
            scene.rig().faults().discard(page);
        }
        return page;
    }

    private void access(long page) {
        cpu().returnTo(cpu().layout().el0(), ProcessorState.EL0T);
        current = page;
        goOn(scene.guest().touchHere(page));
    }

    private void retry() {
        WaitingTask task = runnable.remove(choose(runnable.size()));
        current = task.page();
        goOn(scene.guest().retry(task));
    }

    /** Follows the task at EL0 until it is through, waits, or stops the vCPU. */
    private void goOn(GuestStep first) {
        parked = false;
        GuestStep step = first;
        for (int n = 0; n < MOST_STEPS; n++) {
            if (step instanceof GuestStep.Stopped) {
                scene.expectWaits("an access", step);
                parked = true;
                scenario.witness("not-announced");
                return;
            }
            if (step instanceof GuestStep.Retired) {
                scene.expectData(cpu(), current);
                leave();
                return;
            }
            GuestNotification notification = scene.guest().identify();
            if (notification instanceof GuestNotification.NotPresent notPresent) {
                scenario.witness("announced");
                if (!canDecline || choose(4) != 0) {
                    WaitingTask task = scene.guest().letWait(current, notPresent);
                    scenario.expectThat(
                            "token " + PagingScene.hex(task.token()) + " is not in use",
                            waiting.put(task.token(), task) == null);
                    return;
                }
                scene.guest().decline(notPresent);
                scenario.witness("declined");
            } else {
                woken(notification);
            }
            step = cpu().resume();
        }
        throw scenario.failure("an access", "its end within " + MOST_STEPS + " notifications", "none");
    }

    private void supervisorAccess(long page) {
        GuestStep step = scene.guest().touchHere(page);
        while (step instanceof GuestStep.Stopped) {
            scene.expectWaits("an access of EL1", step);
            arriveAll();
            step = cpu().resume();
        }
        scenario.expectRetired("an access of EL1", step);
        scene.expectData(cpu(), page);
    }

    private void woken(GuestNotification notification) {
        if (notification instanceof GuestNotification.Ready ready) {
            WaitingTask task = waiting.remove(ready.token());
            if (task == null) {
                throw scenario.failure(
                        "token of ready",
                        "one of a task that waits: " + waiting.keySet(),
                        PagingScene.hex(ready.token()));
            }
            runnable.add(task);
            scenario.witness("ready");
        } else {
            scenario.expectEqual("notification", new GuestNotification.WakeAll(), notification);
            wakeOwn();
            scenario.witness("wake-all");
        }
        scene.guest().acknowledge(notification);
    }

    private void take() {
        cpu().interruptsOn();
        while (cpu().settle() instanceof GuestStep.Diverted) {
            woken(scene.guest().identify());
        }
        cpu().interruptsOff();
    }

    /** Leaves EL0, where a notification may be taken first. */
    private void leave() {
        while (cpu().isAt(ExceptionLevel.EL0)) {
            GuestStep step = cpu().supervisorCall(0);
            scenario.expectThat("SVC, or an interrupt, leads to EL1: " + step, step instanceof GuestStep.Diverted);
            if (cpu().pc() != cpu().layout().vectorFromEl0(0)) {
                woken(scene.guest().identify());
            }
        }
        cpu().jump(cpu().layout().el1());
    }
}
