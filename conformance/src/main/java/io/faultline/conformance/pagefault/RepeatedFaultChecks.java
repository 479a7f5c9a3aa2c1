/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section F, second part: several faults that meet.
 *
 * @since 0.1
 */
public final class RepeatedFaultChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: repeated and double faults",
            Check.of("APF-074", RepeatedFaultChecks::oneFaultIsAnnouncedOnce)
                    .witnesses("announced", "ready")
                    .cut(),
            Check.of("APF-075", RepeatedFaultChecks::aRepeatedFaultWaits)
                    .witnesses("same-task", "page-came")
                    .cut(),
            Check.of("APF-076", RepeatedFaultChecks::twoVcpusMissOnePage)
                    .witnesses("both-announced")
                    .cut(),
            Check.of("APF-077", RepeatedFaultChecks::twoPagesOfOneAccess)
                    .witnesses("first", "second")
                    .cut(),
            Check.of("APF-078", RepeatedFaultChecks::noSecondOneInsideTheHandler)
                    .witnesses("inside-handler")
                    .cut());

    private RepeatedFaultChecks() {}

    /** APF-074. */
    private static void oneFaultIsAnnouncedOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        s.witness("announced");
        scene.guest().expectNothingDue();
        scene.expectWaits(
                "the access again before the page has come", scene.guest().retry(task));
        scene.arrive(task.page());
        scene.expectReadyAndGoOn(task);
        s.witness("ready");
        s.expectEqual(
                "not-present notifications",
                List.of(new TraceEvent.PageNotPresent(0, task.page(), task.token())),
                s.trace().events(TraceEvent.PageNotPresent.class));
    }

    /** APF-075. */
    private static void aRepeatedFaultWaits(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.openDeviceInterrupt(cpu);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        boolean interruptible = scene.expectWaits(
                        "a second access of the task", scene.guest().retry(task))
                .interruptible();
        s.expectEqual("announced faults", 1, scene.counters().announced());
        s.witness("same-task");
        if (interruptible) {
            scene.takeDeviceInterrupt(cpu, "an interrupt while the vCPU waits");
            s.expectEqual("return address of the interrupt", task.pc(), cpu.mrs(SystemRegister.ELR_EL1));
            scene.endDeviceInterrupt(cpu);
            cpu.returnTo(cpu.layout().el0() + 0x1000, ProcessorState.EL0T);
            scene.expectWaits(
                    "an access of another task to the page", scene.guest().touchHere(task.page()));
            s.expectEqual("announced faults", 1, scene.counters().announced());
            s.witness("other-task");
        }
        long access = cpu.pc();
        scene.arrive(task.page());
        GuestStep step = cpu.resume();
        s.expectThat(
                "ready is taken before the access, or the access succeeds: " + step,
                step instanceof GuestStep.Diverted || step instanceof GuestStep.Retired);
        if (step instanceof GuestStep.Diverted) {
            GuestNotification ready = scene.guest().identify();
            s.expectEqual("notification", new GuestNotification.Ready(task.token()), ready);
            scene.guest().acknowledge(ready);
            s.expectEqual("PC after ready", access, cpu.pc());
            s.expectRetired("the access after ready", cpu.resume());
        }
        s.witness("page-came");
    }

    /** APF-076. */
    private static void twoVcpusMissOnePage(Scenario s) {
        PagingScene scene = PagingScene.enabled(s, 2);
        long page = scene.absent(0);
        WaitingTask first = scene.guest(0).startWaiting(page);
        WaitingTask second = scene.guest(1).startWaiting(page);
        s.expectThat("the tokens of the two vCPUs differ", first.token() != second.token());
        s.witness("both-announced");
        scene.arrive(page);
        s.expectEqual("token of ready on vCPU 0", first.token(), scene.guest(0).takeReady());
        s.expectEqual("token of ready on vCPU 1", second.token(), scene.guest(1).takeReady());
        scene.guest(0).expectNothingDue();
        scene.guest(1).expectNothingDue();
        scene.finish(scene.guest(0), scene.rig().cpu(0), first);
        scene.finish(scene.guest(1), scene.rig().cpu(1), second);
    }

    /** APF-077. */
    private static void twoPagesOfOneAccess(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.absent(0);
        long second = scene.absent(1);
        int access = A64.ldp(2, 3, 1, 0);
        cpu.enterEl0();
        cpu.x(1, second - 8);
        for (String which : List.of("first", "second")) {
            GuestNotification.NotPresent notPresent =
                    scene.guest().expectNotPresent("the access to two absent pages", cpu.execute(access));
            s.expectEqual("faults outstanding", 1, scene.counters().outstanding());
            long page = scene.rig().faults().outstanding().get(0).page();
            WaitingTask task = scene.guest().letWait(page, notPresent);
            scene.guest().expectNothingDue();
            scene.arrive(page);
            s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
            cpu.returnTo(task.pc(), task.state());
            cpu.x(1, second - 8);
            s.witness(which);
        }
        s.expectRetired("the access with both pages there", cpu.execute(access));
        s.expectEqual("first half", ScriptedPageSource.patternWord(second - 8), cpu.x(2));
        s.expectEqual("second half", ScriptedPageSource.patternWord(second), cpu.x(3));
    }

    /** APF-078: with SEND_ALWAYS or from EL0, so that EL1 alone is no reason. */
    private static void noSecondOneInsideTheHandler(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = new KvmGuest(scene.cpu());
        guest.start(guest.isByPpi() ? 0 : KvmGuest.SEND_ALWAYS);
        long page = scene.absent(0);
        long token = guest.expectNotPresent(page);
        SteppingGuestCpu cpu = scene.cpu();
        long pc = cpu.mrs(SystemRegister.ELR_EL1);
        long state = cpu.mrs(SystemRegister.SPSR_EL1);
        long other = scene.absent(1);
        scene.expectWaits(
                "a fault inside the not-present handler",
                guest.isByPpi() ? guest.touch(other) : guest.touchHere(other));
        guest.expectWords("after the second fault", KvmGuest.NOT_PRESENT, token);
        s.witness("inside-handler");
        scene.arrive(other);
        scene.expectGoesOn(scene.cpu(), other);
        guest.expectWords("after the second page has come", KvmGuest.NOT_PRESENT, token);
        if (guest.isByPpi()) {
            scene.toKernel(cpu);
            cpu.msr(SystemRegister.ELR_EL1, pc);
            cpu.msr(SystemRegister.SPSR_EL1, state);
        }
        WaitingTask task = guest.answerAsynchronously(page, token);
        scene.arrive(page);
        s.expectEqual("token of ready", task.token(), guest.takeReady());
        guest.expectNothingDue("after ready");
    }
}
