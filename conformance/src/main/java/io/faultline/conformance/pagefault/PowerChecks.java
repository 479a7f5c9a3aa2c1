/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section M, second part: reset and power.
 *
 * @since 0.1
 */
public final class PowerChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: reset and power",
            Check.of("APF-152", PowerChecks::resetForgetsEverything)
                    .witnesses("reset", "not-announced", "wake-all")
                    .cut(),
            Check.of("APF-153", PowerChecks::aWaitEndsWithTheVcpu)
                    .witnesses("reset-while-waiting")
                    .cut(),
            Check.of("APF-154", PowerChecks::aVcpuComesOnDisabled)
                    .witnesses("on-again")
                    .cut(),
            Check.of("APF-155", PowerChecks::turningOffReleasesEverything)
                    .witnesses("off", "wake-all")
                    .cut(),
            Check.of("APF-158", PowerChecks::aMachineCanBeClosedAtAnyTime).witnesses("closed"));

    private PowerChecks() {}

    private static void expectWakeAll(PagingScene scene, int vcpu) {
        scene.guest(vcpu).enableOnly();
        scene.rig().cpu(vcpu).interruptsOn();
        GuestNotification first = scene.guest(vcpu).take("wake-all after enabling again");
        scene.scenario().expectEqual("notification after enabling again", new GuestNotification.WakeAll(), first);
        scene.guest(vcpu).acknowledge(first);
        scene.guest(vcpu).expectNothingDue();
        scene.scenario().witness("wake-all");
    }

    /** APF-152. */
    private static void resetForgetsEverything(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(scene.slots(2)));
        scene.cpu().interruptsOff();
        scene.arrive(tasks.get(0).page());
        scene.resetFirst();
        s.witness("reset");
        s.expectEqual("faults outstanding after the reset", 0, scene.counters().outstanding());
        long page = scene.absent(2);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault after the reset", scene.guest().touch(page));
        scene.expectVeto("a fault after the reset", Veto.NOT_ENABLED, before);
        s.witness("not-announced");
        scene.arriveAndGoOn(scene.cpu(), page);
        expectWakeAll(scene, 0);
        for (WaitingTask waiting : tasks.subList(1, tasks.size())) {
            scene.arrive(waiting.page());
        }
        scene.guest().expectNothingDue();
        WaitingTask next = scene.guest().startWaiting(scene.absent(3));
        scene.arrive(next.page());
        scene.takeReadyAndFinish(next);
    }

    /** APF-153. */
    private static void aWaitEndsWithTheVcpu(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        long page = scene.absent(0);
        scene.expectWaits("a fault", scene.guest().touch(page));
        scene.resetFirst();
        s.expectRetired(
                "NOP after a reset, with the page still missing", scene.cpu().settle());
        s.witness("reset-while-waiting");
        scene.guest().enable();
        scene.rig().decideBy((missing, vcpu) -> false);
        scene.expectWaits("a fault that the VMM declines", scene.guest().touch(page));
        scene.resetFirst();
        s.expectRetired("NOP after another reset", scene.cpu().settle());
        scene.arrive(page);
        scene.guest().expectNothingDue();
        if (s.capability(Capabilities.VCPUS) > 1 && s.capabilities().has(Capabilities.PSCI)) {
            aWaitOfASecondVcpuEndsWithIt(s);
        }
    }

    private static void aWaitOfASecondVcpuEndsWithIt(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 2);
        SteppingGuestCpu second = scene.rig().cpu(1);
        scene.expectWaits("a fault of vCPU 1", scene.guest(1).touch(scene.absent(0)));
        second.vcpu().reset();
        s.expectThat("vCPU 1 is off after a reset", !second.vcpu().isOn());
        scene.rig().turnOn(1);
        s.expectRetired("NOP of vCPU 1, with the page still missing", second.settle());
    }

    /** APF-154. */
    private static void aVcpuComesOnDisabled(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 2);
        KvmGuest guest = new KvmGuest(scene.rig().cpu(1));
        guest.start(0);
        scene.powerCycle(1);
        s.witness("on-again");
        guest.setUp();
        long page = scene.absent(0);
        scene.expectWaits("a fault after CPU_ON", guest.touch(page));
        scene.arriveAndGoOn(guest.cpu(), page);
        guest.expectNothingDue("after CPU_ON");
        guest.expectDisabled("after CPU_ON");
        guest.enable(0);
        s.expectEqual("token of ready after enabling again", KvmGuest.WAKE_ALL, guest.takeReady());
    }

    /** APF-155. */
    private static void turningOffReleasesEverything(Scenario s) {
        PagingScene scene = PagingScene.enabled(s, 2);
        SteppingGuestCpu second = scene.rig().cpu(1);
        List<Long> pages = scene.absentPages(scene.slots(2));
        for (long page : pages) {
            scene.guest(1).startWaiting(page);
        }
        second.interruptsOff();
        scene.arrive(pages.get(0));
        scene.turnOff(1);
        s.witness("off");
        s.expectEqual("faults outstanding after CPU_OFF", 0, scene.counters().outstanding());
        for (long page : pages.subList(1, pages.size())) {
            scene.arrive(page);
        }
        s.expectThat("no page turns a vCPU on", !second.vcpu().isOn());
        scene.guest(0).expectNothingDue();
        scene.cpu().interruptsOff();
        scene.rig().turnOn(1);
        expectWakeAll(scene, 1);
        WaitingTask next = scene.guest(1).startWaiting(scene.absent(2));
        scene.arrive(next.page());
        s.expectEqual(
                "token of ready after CPU_ON", next.token(), scene.guest(1).takeReady());
    }

    /** APF-158. */
    private static void aMachineCanBeClosedAtAnyTime(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(scene.slots(3)));
        scene.arrive(tasks.get(0).page());
        scene.source().releaseAll();
        long page = scene.absent(tasks.size());
        scene.cpu().interruptsOff();
        s.expectStopped("an access of EL1", scene.guest().touchHere(page), VcpuExit.WaitForPage.class);
        Machine machine = scene.rig().machine();
        scene.rig().end();
        s.witness("closed");
        int requests = scene.source().requests().size();
        scene.source().releaseAll();
        s.expectRefused("a poll of a closed machine", ErrorId.CLOSED, () -> machine.asyncPageFaults());
        s.expectEqual(
                "requests that the source got",
                requests,
                scene.source().requests().size());
    }
}
