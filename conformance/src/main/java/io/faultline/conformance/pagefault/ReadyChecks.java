/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;

/**
 * Section I, first part: when ready is taken.
 *
 * @since 0.1
 */
public final class ReadyChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: ready",
            Check.of("APF-096", ReadyChecks::everyFaultEndsOnce)
                    .witnesses("ready", "cancelled")
                    .seeds(2)
                    .cut(),
            Check.of("APF-097", ReadyChecks::readyIsMasked)
                    .witnesses("masked-at-el1", "masked-at-el0", "taken")
                    .cut(),
            Check.of("APF-106", ReadyChecks::readyWakesAnIdleVcpu)
                    .witnesses("idle", "idle-masked")
                    .cut(),
            Check.of("APF-107", ReadyChecks::readyStaysPendingWhileItsInterruptIsDisabled)
                    .witnesses("disabled", "taken")
                    .cut(),
            Check.of("APF-108", ReadyChecks::readyWaitsForTheCpuInterface)
                    .witnesses("disabled", "taken")
                    .cut(),
            Check.of("APF-109", ReadyChecks::readyIsTheSameEverywhere)
                    .witnesses("at-el1", "at-el0", "idle", "inside-a-handler")
                    .cut());

    private static final int PAGES = 6;

    private static final long GICR_ISENABLER0 = 0x1_0100L;
    private static final long GICR_ICENABLER0 = 0x1_0180L;
    private static final long ALL_PPIS = 0xFFFF_0000L;

    private ReadyChecks() {}

    /** APF-096. */
    private static void everyFaultEndsOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int slots = scene.slots(PAGES);
        List<WaitingTask> waiting = scene.startWaiting(scene.absentPages(slots));
        List<Long> shown = new ArrayList<>();
        while (!waiting.isEmpty()) {
            WaitingTask next = waiting.remove(s.random().nextInt(waiting.size()));
            scene.arrive(next.page());
            shown.add(next.token());
            scene.takeReadyAndFinish(next);
            s.witness("ready");
        }
        WaitingTask last = scene.guest().startWaiting(scene.absent(slots));
        scene.guest().disable();
        scene.arrive(last.page());
        scene.guest().expectNothingDue();
        FaultCounters counters = scene.counters();
        s.expectEqual(
                "faults that disabling cancelled or covered by a wake-all",
                1,
                counters.cancelled() + counters.coveredByWakeAll());
        s.witness("cancelled");
        s.expectEqual("faults outstanding", 0, scene.counters().outstanding());
        List<TraceEvent.PageReady> all = s.trace().events(TraceEvent.PageReady.class);
        s.expectEqual(
                "tokens of all ready notifications but wake-alls",
                shown,
                all.stream()
                        .map(TraceEvent.PageReady::token)
                        .filter(token -> token != all.get(0).token())
                        .toList());
        scene.finish(last);
    }

    /** APF-097. */
    private static void readyIsMasked(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        cpu.interruptsOff();
        scene.arrive(task.page());
        s.expectRetired("NOP at EL1 with interrupts masked", cpu.settle());
        s.expectRetired("NOP at EL1 with interrupts masked", cpu.settle());
        s.witness("masked-at-el1");
        cpu.returnTo(cpu.layout().el0(), ProcessorState.EL0T.with(ProcessorState.I));
        s.expectRetired("NOP at EL0 with interrupts masked", cpu.settle());
        s.witness("masked-at-el0");
        scene.toKernel(cpu);
        cpu.interruptsOn();
        GuestNotification ready = scene.guest().take("ready at the first instruction with interrupts unmasked");
        s.expectEqual("notification", new GuestNotification.Ready(task.token()), ready);
        scene.guest().acknowledge(ready);
        s.witness("taken");
        scene.finish(task);
    }

    /** APF-106. */
    private static void readyWakesAnIdleVcpu(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        cpu.interruptsOn();
        s.expectStopped("WFI with nothing to do", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
        scene.arrive(task.page());
        s.expectEqual(
                "notification that ends WFI",
                new GuestNotification.Ready(task.token()),
                scene.guest().take("ready ends WFI"));
        s.witness("idle");
        scene.guest().acknowledge(new GuestNotification.Ready(task.token()));
        scene.finish(task);

        WaitingTask other = scene.guest().startWaiting(scene.absent(1));
        cpu.interruptsOff();
        s.expectStopped("WFI with interrupts masked", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
        scene.arrive(other.page());
        s.expectRetired("the instruction after WFI, with interrupts masked", cpu.settle());
        s.witness("idle-masked");
        scene.takeReadyAndFinish(other);
    }

    /** APF-107. */
    private static void readyStaysPendingWhileItsInterruptIsDisabled(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        // Whichever it is that carries ready.
        long enabled = cpu.get(GicGuest.REDISTRIBUTORS + GICR_ISENABLER0, AccessWidth.WORD) & ALL_PPIS;
        cpu.put(GicGuest.REDISTRIBUTORS + GICR_ICENABLER0, AccessWidth.WORD, enabled);
        scene.arrive(task.page());
        scene.guest().expectNothingDue();
        s.witness("disabled");
        cpu.interruptsOff();
        cpu.put(GicGuest.REDISTRIBUTORS + GICR_ISENABLER0, AccessWidth.WORD, enabled);
        scene.takeReadyAndFinish(task);
        s.witness("taken");
    }

    /** APF-108: here the area may show the token already. */
    private static void readyWaitsForTheCpuInterface(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        cpu.msr(SystemRegister.ICC_IGRPEN1_EL1, 0);
        scene.arrive(task.page());
        scene.guest().expectNothingDue();
        s.witness("disabled");
        cpu.interruptsOff();
        cpu.msr(SystemRegister.ICC_IGRPEN1_EL1, 1);
        scene.takeReadyAndFinish(task);
        s.witness("taken");
    }

    /** APF-109. */
    private static void readyIsTheSameEverywhere(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.openDeviceInterrupt(cpu);
        int next = 0;
        for (String place : List.of("at-el1", "at-el0", "idle", "inside-a-handler")) {
            WaitingTask task = scene.guest().startWaiting(scene.absent(next++));
            goTo(scene, place);
            scene.arrive(task.page());
            GuestNotification ready = scene.guest().take("ready " + place);
            s.expectEqual("notification " + place, new GuestNotification.Ready(task.token()), ready);
            scene.guest().acknowledge(ready);
            s.witness(place);
            scene.toKernel(cpu);
            scene.guest().expectNothingDue();
            scene.finish(task);
        }
        s.expectEqual("ready notifications", next, scene.counters().ready());
    }

    private static void goTo(PagingScene scene, String place) {
        SteppingGuestCpu cpu = scene.cpu();
        switch (place) {
            case "at-el0" -> cpu.enterEl0();
            case "idle" -> {
                cpu.interruptsOn();
                scene.scenario().expectStopped("WFI", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
            }
            case "inside-a-handler" -> {
                cpu.interruptsOn();
                scene.takeDeviceInterrupt(cpu, "another interrupt");
                scene.endDeviceInterrupt(cpu);
                cpu.interruptsOn();
            }
            default -> cpu.interruptsOn();
        }
    }
}
