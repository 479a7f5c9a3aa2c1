/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.SavedState;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Section N, first part: save and restore. After a restore an enabled vCPU may get a wake-all, or its faults may go on.
 *
 * @since 0.1
 */
public final class MigrationChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: save and restore",
            Check.of("APF-160", MigrationChecks::everyWaiterBecomesRunnable).witnesses("restored", "all-runnable"),
            Check.of("APF-161", MigrationChecks::notPresentIsTakenAfterRestore)
                    .witnesses("restored", "handler-entered"),
            Check.of("APF-162", MigrationChecks::readyIsNotLost)
                    .witnesses("restored-before-the-handler", "restored-inside-the-handler"),
            Check.of("APF-163", MigrationChecks::otherNumbersAreRefused).witnesses("same-numbers", "other-numbers"),
            Check.of("APF-167", MigrationChecks::aDisabledVcpuStaysQuiet).witnesses("never-enabled", "disabled"),
            Check.of("APF-168", MigrationChecks::aHostWithoutTheFeatureRefuses).witnesses("refused"),
            Check.of("APF-169", MigrationChecks::tokensDoNotCollide).witnesses("before", "after"),
            Check.of("APF-176", MigrationChecks::aWaitingVcpuTriesAgain).witnesses("restored", "page-came"));

    private static final int PAGES = 3;
    private static final int OTHER_EVENT = 0x4040_0002;
    private static final int OTHER_INTERRUPT = 20;

    private MigrationChecks() {}

    /** APF-160. */
    private static void everyWaiterBecomesRunnable(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = scene.startWaiting(scene.absentPages(scene.slots(PAGES)));
        scene.cpu().interruptsOff();
        scene.arrive(tasks.get(0).page());
        scene.source().forget();
        scene.rig().cut();
        scene.rig().advance(0);
        s.witness("restored");
        List<GuestNotification> taken = scene.drain();
        for (WaitingTask task : tasks) {
            GuestNotification ready = new GuestNotification.Ready(task.token());
            if (taken.contains(new GuestNotification.WakeAll()) || taken.contains(ready)) {
                bringIn(scene, task.page());
            } else {
                expectAskedAgain(scene, task.page());
                scene.arrive(task.page());
                s.expectEqual("notification for the page that has come", List.of(ready), scene.drain());
            }
        }
        s.witness("all-runnable");
        tasks.forEach(scene::finish);
        s.expectEqual("faults outstanding", 0, scene.counters().outstanding());
    }

    /** Whoever was asked before the save is not there any more. */
    private static void expectAskedAgain(PagingScene scene, long page) {
        scene.scenario()
                .expectThat(
                        "the restored machine asks its page source for page " + PagingScene.hex(page),
                        scene.source().held().contains(page));
    }

    /** The page comes by the VMM, if it is not there. */
    private static void bringIn(PagingScene scene, long page) {
        scene.rig().faults().complete(page, ScriptedPageSource.pattern(page));
    }

    /** APF-161: or the wake-all comes first, and then not-present. */
    private static void notPresentIsTakenAfterRestore(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        boolean pending = guest.beginFault(page);
        scene.rig().cut();
        s.witness("restored");
        GuestStep step = pending ? cpu.resume() : new GuestStep.Diverted(cpu.pc());
        if (step instanceof GuestStep.Diverted diverted
                && diverted.pc() == cpu.layout().vectorFromEl0(1)
                && guest.reason() == KvmGuest.READY) {
            s.note("the wake-all comes first");
            cpu.gic().acknowledge();
            s.expectEqual("token of the first ready", KvmGuest.WAKE_ALL, guest.consume());
            guest.leaveHandler();
            step = cpu.resume();
        }
        long token = guest.expectAnnounced("the access after the restore", step);
        s.witness("handler-entered");
        WaitingTask task = guest.answerAsynchronously(page, token);
        scene.arrive(page);
        s.expectOneOf("token of ready", guest.takeReady(), token, KvmGuest.WAKE_ALL);
        s.expectRetired("the access after ready", guest.retry(task));
    }

    /** APF-162. */
    private static void readyIsNotLost(Scenario s) {
        for (boolean inside : new boolean[] {false, true}) {
            PagingScene scene = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(scene);
            WaitingTask task = guest.startWaiting(scene.absent(0));
            guest.cpu().interruptsOff();
            scene.arrive(task.page());
            if (inside) {
                guest.expectReady("ready interrupt");
            }
            scene.rig().cut();
            scene.rig().advance(0);
            boolean kept = guest.token() == task.token();
            if (inside && kept) {
                s.expectEqual("token in the handler after the restore", task.token(), guest.consume());
                guest.leaveHandler();
            } else {
                if (inside) {
                    guest.clear();
                    guest.call(KvmCall.IRQ_ACK);
                    guest.leaveHandler();
                }
                s.expectOneOf(
                        "token of the ready after the restore", guest.takeReady(), task.token(), KvmGuest.WAKE_ALL);
            }
            while (guest.reason() == KvmGuest.READY) {
                s.expectEqual("token of a ready that follows", KvmGuest.WAKE_ALL, guest.takeReady());
            }
            s.expectRetired("the access after ready", guest.retry(task));
            s.witness(inside ? "restored-inside-the-handler" : "restored-before-the-handler");
        }
    }

    /** A machine with a fault outstanding, saved. */
    private static SavedState saved(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        scene.guest().startWaiting(scene.absent(0));
        return SavedState.fromBytes(scene.rig().machine().save().toBytes());
    }

    /** APF-163. */
    private static void otherNumbersAreRefused(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        SavedState state = SavedState.fromBytes(scene.rig().machine().save().toBytes());
        if (scene.guest().limits().needsEvent()) {
            expectRefusal(s, state, "event", OTHER_EVENT, PageFaultGuest.INTERRUPT);
        }
        expectRefusal(s, state, "interrupt", PageFaultGuest.EVENT, OTHER_INTERRUPT);
        s.witness("other-numbers");
        PagingScene same = PagingScene.offered(s, 1);
        same.rig().machine().restore(state);
        List<FaultTicket> tickets = same.rig().faults().outstanding();
        s.note("faults outstanding after the restore: " + tickets);
        same.cpu().interruptsOff();
        same.rig().faults().complete(task.page(), new byte[0x1000]);
        s.expectThat(
                "the fault from before the save ends after the restore",
                !same.drain().isEmpty());
        s.witness("same-numbers");
    }

    private static void expectRefusal(Scenario s, SavedState state, String which, int event, int interrupt) {
        PagingScene other = PagingScene.offered(s, 1, request -> PageFaultGuest.offer(s, request, event, interrupt));
        s.expectRefused(
                "restoring into a machine with another " + which,
                ErrorId.INCOMPATIBLE_STATE,
                () -> other.rig().machine().restore(state));
    }

    /** APF-167. */
    private static void aDisabledVcpuStaysQuiet(Scenario s) {
        for (boolean wasEnabled : new boolean[] {false, true}) {
            PagingScene scene = PagingScene.offered(s, 1);
            if (wasEnabled) {
                scene.guest().enable();
                scene.guest().startWaiting(scene.absent(0));
                scene.guest().disable();
            }
            long wakeAlls = scene.counters().wakeAlls();
            long area = scene.guest().setup().area().base();
            long words = scene.rig().machine().memory().load(area, AccessWidth.DOUBLEWORD);
            scene.rig().cut();
            scene.rig().advance(0);
            scene.guest().expectNothingDue();
            s.expectEqual(
                    "first words of the area",
                    words,
                    scene.rig().machine().memory().load(area, AccessWidth.DOUBLEWORD));
            s.expectEqual("wake-alls", wakeAlls, scene.counters().wakeAlls());
            long page = scene.absent(1);
            scene.expectWaits("a fault after the restore", scene.guest().touch(page));
            scene.arriveAndGoOn(scene.cpu(), page);
            s.witness(wasEnabled ? "disabled" : "never-enabled");
        }
    }

    /** APF-168. */
    private static void aHostWithoutTheFeatureRefuses(Scenario s) {
        SavedState state = saved(s);
        PagingScene without = PagingScene.withoutOffer(s);
        s.expectRefused(
                "restoring into a machine that does not offer the feature",
                ErrorId.INCOMPATIBLE_STATE,
                () -> without.rig().machine().restore(state));
        without.guest().expectNothingDue();
        s.witness("refused");
    }

    /** APF-169. */
    private static void tokensDoNotCollide(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<Long> live = new ArrayList<>();
        int slots = scene.slots(2 * PAGES);
        for (int n = 0; n < slots / 2; n++) {
            live.add(scene.guest().startWaiting(scene.absent(n)).token());
        }
        s.witness("before");
        scene.rig().cut();
        if (scene.drain().contains(new GuestNotification.WakeAll())) {
            s.note("the wake-all has ended the tokens from before");
            live.clear();
        }
        for (int n = slots / 2; n < slots; n++) {
            live.add(scene.guest().startWaiting(scene.absent(n)).token());
        }
        s.witness("after");
        s.expectEqual("number of different tokens among " + live, live.size(), new TreeSet<>(live).size());
    }

    /** APF-176. */
    private static void aWaitingVcpuTriesAgain(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        scene.rig().decideBy((page, vcpu) -> false);
        long page = scene.absent(0);
        scene.expectWaits("a fault that the VMM declines", scene.guest().touch(page));
        scene.source().forget();
        scene.rig().cut();
        s.witness("restored");
        expectTriesAgain(scene, page);
        s.witness("page-came");
        long other = scene.absent(1);
        scene.expectWaits("an access of EL1", scene.guest().touchHere(other));
        scene.source().release(other);
        scene.rig().cut();
        scene.rig().advance(0);
        expectTriesAgain(scene, other);
    }

    /** After a restore a wake-all may come first. */
    private static void expectTriesAgain(PagingScene scene, long page) {
        GuestStep step = scene.cpu().resume();
        for (int n = 0; n < PAGES && !(step instanceof GuestStep.Retired); n++) {
            if (step instanceof GuestStep.Diverted) {
                GuestNotification notification = scene.guest().identify();
                scene.scenario()
                        .expectEqual("notification after the restore", new GuestNotification.WakeAll(), notification);
                scene.guest().acknowledge(notification);
            } else {
                scene.expectWaits("the same access after the restore", step);
                expectAskedAgain(scene, page);
                scene.arrive(page);
            }
            step = scene.cpu().resume();
        }
        scene.scenario()
                .expectRetired("the access to page " + PagingScene.hex(page) + " after the page has come", step);
        scene.expectData(scene.cpu(), page);
        scene.toKernel(scene.cpu());
    }
}
