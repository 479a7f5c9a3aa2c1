/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section B, second part: vCPUs beside each other, and faults from before.
 *
 * @since 0.1
 */
public final class SeveralVcpusChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: several vCPUs",
            Check.of("APF-025", SeveralVcpusChecks::vcpusAreEnabledIndependently)
                    .witnesses("only-the-first", "both")
                    .cut(),
            Check.of("APF-026", SeveralVcpusChecks::twoVcpusWithOneArea)
                    .witnesses("shared", "apart")
                    .cut(),
            Check.of("APF-028", SeveralVcpusChecks::aFaultFromBeforeIsNotAnnouncedLater)
                    .witnesses("enabled")
                    .cut());

    private SeveralVcpusChecks() {}

    /** APF-025. */
    private static void vcpusAreEnabledIndependently(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 2);
        SteppingGuestCpu second = scene.rig().cpu(1);
        scene.guest(0).enable();
        scene.guest(1).expectNothingDue();
        long page = scene.absent(0);
        scene.expectWaits(
                "a fault of vCPU 1, which is not enabled", scene.guest(1).touch(page));
        scene.arriveAndGoOn(second, page);
        scene.guest(1).expectNothingDue();
        finishOne(scene, 0, 1);
        s.witness("only-the-first");
        scene.guest(1).enable();
        scene.guest(0).expectNothingDue();
        finishOne(scene, 1, 2);
        scene.guest(0).expectNothingDue();
        scene.guest(0).disable();
        finishOne(scene, 1, 3);
        s.witness("both");
    }

    /** One announced fault from its beginning to its end. */
    private static void finishOne(PagingScene scene, int vcpu, int page) {
        PageFaultGuest guest = scene.guest(vcpu);
        WaitingTask task = guest.startWaiting(scene.absent(page));
        scene.arrive(task.page());
        scene.scenario().expectEqual("token of ready on vCPU " + vcpu, task.token(), guest.takeReady());
        scene.finish(guest, scene.rig().cpu(vcpu), task);
    }

    /** APF-026: whatever the guests lose, the host does not, if it does not refuse; apart again, both work. */
    private static void twoVcpusWithOneArea(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 2);
        GuestDriver driver = scene.guest().driver();
        GuestSetup first = scene.guest(0).setup();
        GuestSetup second = scene.guest(1).setup();
        GuestSetup same = new GuestSetup(first.area(), second.handler(), second.resume());
        scene.guest(0).enableOnly();
        scene.rig().cpu(1).interruptsOff();
        scene.rig().cpu(1).gic().initialise();
        try {
            driver.enable(scene.rig().cpu(1), same);
        } catch (HypervisorException refused) {
            s.expectEqual("why the guest driver gives up", ErrorId.PROTOCOL_VIOLATION, refused.id());
            s.note("the host refuses to show two vCPUs pages in one place");
        }
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            long page = scene.absent(vcpu);
            GuestStep step = scene.guest(vcpu).touch(page);
            s.expectThat(
                    "the access of vCPU " + vcpu + " to an absent page waits or is interrupted by a notification",
                    step instanceof GuestStep.Diverted
                            || step instanceof GuestStep.Stopped stopped
                                    && stopped.exit() instanceof VcpuExit.WaitForPage);
            scene.source().releaseAll();
            scene.rig().advance(0);
        }
        s.witness("shared");
        scene.resetFirst();
        scene.powerCycle(1);
        scene.guest(0).enable();
        scene.guest(1).enable();
        finishOne(scene, 0, 2);
        finishOne(scene, 1, 3);
        s.witness("apart");
    }

    /** APF-028: the vCPU can enable while it waits only if its wait can be interrupted. */
    private static void aFaultFromBeforeIsNotAnnouncedLater(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        SteppingGuestCpu cpu = scene.cpu();
        scene.openDeviceInterrupt(cpu);
        long page = scene.absent(0);
        VcpuExit.WaitForPage wait =
                scene.expectWaits("a fault before enabling", scene.guest().touch(page));
        long access = cpu.pc();
        if (wait.interruptible()) {
            scene.takeDeviceInterrupt(cpu, "an interrupt while the vCPU waits");
            scene.endDeviceInterrupt(cpu);
        } else {
            scene.arrive(page);
            scene.expectGoesOn(cpu, page);
            scene.toKernel(cpu);
        }
        scene.guest().enableOnly();
        cpu.interruptsOn();
        GuestNotification wakeAll = scene.guest().take("wake-all after enabling");
        s.expectEqual("notification after enabling", new GuestNotification.WakeAll(), wakeAll);
        scene.guest().acknowledge(wakeAll);
        s.witness("enabled");
        if (wait.interruptible()) {
            scene.arrive(page);
        }
        scene.guest().expectNothingDue();
        if (wait.interruptible()) {
            cpu.returnTo(access, ProcessorState.EL0T);
            s.expectRetired("the access from before", scene.guest().touchHere(page));
            scene.expectData(cpu, page);
        }
    }
}
