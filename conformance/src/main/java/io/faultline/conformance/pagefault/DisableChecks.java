/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.Sdei;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section M, first part: disable.
 *
 * @since 0.1
 */
public final class DisableChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: disable",
            Check.of("APF-148", DisableChecks::outstandingFaultsAreCancelled)
                    .witnesses("disabled", "pages-came")
                    .cut(),
            Check.of("APF-150", DisableChecks::enablingAgainBeginsAnew)
                    .witnesses("shown-at-disable", "enabled-again")
                    .cut(),
            Check.of("APF-156", DisableChecks::theOldAreaIsLeftAlone)
                    .witnesses("all-disabled", "pages-came")
                    .cut(),
            Check.of("APF-157", DisableChecks::withoutItsEventNothingIsAnnounced)
                    .witnesses("disabled-event", "unregistered", "private-reset", "armed-again")
                    .cut());

    private static final int PAGES = 4;
    private static final long ONE_SECOND = 1_000_000_000L;

    private DisableChecks() {}

    /** APF-148. */
    private static void outstandingFaultsAreCancelled(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int count = Math.min(PAGES, scene.guest().limits().slots());
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(count));
        scene.guest().disable();
        s.expectEqual("faults outstanding after disable", 0, scene.counters().outstanding());
        s.expectEqual("cancelled faults", count, scene.counters().cancelled());
        s.witness("disabled");
        WaitingTask first = tasks.get(0);
        scene.expectWaits(
                "the access of a task that its guest wakes after disable",
                scene.guest().retry(first));
        scene.arriveAndGoOn(scene.cpu(), first.page());
        for (WaitingTask task : tasks.subList(1, count)) {
            scene.arrive(task.page());
        }
        s.witness("pages-came");
        scene.guest().expectNothingDue();
        tasks.forEach(scene::finish);
        s.expectEqual(
                "tickets of faults that have not ended",
                List.of(),
                scene.rig().faults().outstanding());
    }

    /** APF-150. */
    private static void enablingAgainBeginsAnew(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        // One that is shown, one that is queued behind it, one whose page has not come.
        List<WaitingTask> tasks = new ArrayList<>();
        for (int n = 0; n < scene.slots(3); n++) {
            tasks.add(guest.startWaiting(scene.absent(n)));
        }
        guest.cpu().interruptsOff();
        int arrived = Math.min(2, tasks.size());
        for (WaitingTask task : tasks.subList(0, arrived)) {
            scene.arrive(task.page());
        }
        guest.expectWords("at disable", KvmGuest.READY, tasks.get(0).token());
        s.witness("shown-at-disable");
        guest.disable();
        guest.clear();
        guest.enable(0);
        s.expectEqual("first token after enabling again", KvmGuest.WAKE_ALL, guest.takeReady());
        s.witness("enabled-again");
        guest.expectNothingDue("after the wake-all");
        for (WaitingTask task : tasks.subList(arrived, tasks.size())) {
            scene.arrive(task.page());
        }
        guest.expectNothingDue("after all pages have come");
        guest.expectWords("at the end", 0, 0);
    }

    /** APF-156. */
    private static void theOldAreaIsLeftAlone(Scenario s) {
        int vcpus = Math.min(2, s.capability(Capabilities.VCPUS));
        PagingScene scene = PagingScene.enabled(s, vcpus);
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            scene.guest(vcpu).startWaiting(scene.absent(vcpu));
        }
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            scene.guest(vcpu).disable();
        }
        s.expectEqual(
                "faults outstanding after all have disabled",
                0,
                scene.counters().outstanding());
        s.witness("all-disabled");
        byte[] pattern = new byte[0x1000];
        Arrays.fill(pattern, (byte) 0x3C);
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            scene.rig().machine().memory().write(area(scene, vcpu), pattern);
        }
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            scene.arrive(GuestLayout.dataPage(vcpu));
        }
        s.witness("pages-came");
        scene.rig().advance(ONE_SECOND);
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            PageFaultGuest guest = scene.guest(vcpu);
            long page = scene.absent(vcpus + vcpu);
            scene.expectWaits("a fault after disable", guest.touch(page));
            scene.arriveAndGoOn(scene.rig().cpu(vcpu), page);
            guest.expectNothingDue();
        }
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            byte[] now = new byte[pattern.length];
            scene.rig().machine().memory().read(area(scene, vcpu), now);
            s.expectThat("the old area of vCPU " + vcpu + " is as the guest left it", Arrays.equals(pattern, now));
        }
    }

    private static long area(PagingScene scene, int vcpu) {
        return scene.guest(vcpu).setup().area().base();
    }

    /** APF-157. */
    private static void withoutItsEventNothingIsAnnounced(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        int event = PageFaultGuest.EVENT;
        s.expectEqual("result of EVENT_DISABLE", Sdei.SUCCESS, guest.sdei().disable(event));
        expectNotAnnounced(scene, guest, 1, "disabled-event");
        s.expectEqual("result of EVENT_UNREGISTER", Sdei.SUCCESS, guest.sdei().unregister(event));
        expectNotAnnounced(scene, guest, 2, "unregistered");
        guest.sdei().arm(event, KvmGuest.LANE, 0);
        s.expectEqual("result of PRIVATE_RESET", Sdei.SUCCESS, guest.sdei().privateReset());
        expectNotAnnounced(scene, guest, 3, "private-reset");
        guest.sdei().arm(event, KvmGuest.LANE, 0);
        WaitingTask before = guest.startWaiting(scene.absent(0));
        s.expectEqual("result of EVENT_UNREGISTER", Sdei.SUCCESS, guest.sdei().unregister(event));
        scene.arrive(before.page());
        s.expectEqual("token of ready without the event", before.token(), guest.takeReady());
        guest.sdei().arm(event, KvmGuest.LANE, 0);
        WaitingTask after = guest.startWaiting(scene.absent(4));
        s.witness("armed-again");
        scene.arrive(after.page());
        s.expectEqual("token of ready for the fault after", after.token(), guest.takeReady());
        guest.expectNothingDue("at the end");
    }

    private static void expectNotAnnounced(PagingScene scene, KvmGuest guest, int n, String state) {
        long page = scene.absent(n);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault in the state " + state, guest.touch(page));
        scene.expectVeto("a fault in the state " + state, Veto.EVENT_NOT_READY, before);
        guest.expectWords("after it", 0, 0);
        scene.arriveAndGoOn(scene.cpu(), page);
        scene.scenario().witness(state);
    }
}
