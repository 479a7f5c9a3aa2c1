/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;

/**
 * Section C: the shared area.
 *
 * @since 0.1
 */
public final class AreaChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: shared area",
            Check.of("APF-029", AreaChecks::theHostWritesOnlyItsWords)
                    .witnesses("not-present", "ready", "disabled")
                    .cut(),
            Check.of("APF-030", AreaChecks::wordsAreLittleEndian)
                    .witnesses("not-present", "ready")
                    .cut(),
            Check.of("APF-031", AreaChecks::notPresentIsVisibleAtOnce)
                    .witnesses("not-present")
                    .cut(),
            Check.of("APF-032", AreaChecks::readyIsVisibleAtOnce)
                    .witnesses("ready")
                    .cut(),
            Check.of("APF-034", AreaChecks::wordsInUseAreNotOverwritten)
                    .witnesses("reason-in-use", "token-in-use", "both-in-use", "free-again")
                    .cut(),
            Check.of("APF-035", AreaChecks::anAreaThatCannotBeWritten)
                    .witnesses("area-gone-or-pinned", "announced-again")
                    .cut(),
            Check.of("APF-036", AreaChecks::theAreaItselfIsBroughtInSilently)
                    .witnesses("guest-touched-it-or-pinned", "host-needed-it-or-pinned")
                    .cut());

    private static final int OWN_BYTES = 8;
    private static final int AREA_PAGE = 0x1000;
    private static final long ROM = 0x5000_0000L;

    private AreaChecks() {}

    /** APF-029. */
    private static void theHostWritesOnlyItsWords(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = new KvmGuest(scene.cpu());
        byte[] page = new byte[AREA_PAGE];
        Arrays.fill(page, OWN_BYTES, page.length, (byte) 0xC3);
        scene.rig().machine().memory().write(guest.area(), page);
        guest.start(0);
        expectOthersUntouched(scene, guest, page, "after enabling");
        WaitingTask task = guest.startWaiting(scene.absent(0));
        expectOthersUntouched(scene, guest, page, "after not-present");
        s.witness("not-present");
        scene.arrive(task.page());
        guest.expectReady("ready interrupt");
        expectOthersUntouched(scene, guest, page, "when ready is shown");
        s.witness("ready");
        guest.consume();
        guest.leaveHandler();
        guest.disable();
        expectOthersUntouched(scene, guest, page, "after disabling");
        s.witness("disabled");
    }

    private static void expectOthersUntouched(PagingScene scene, KvmGuest guest, byte[] written, String when) {
        byte[] now = new byte[AREA_PAGE];
        scene.rig().machine().memory().read(guest.area(), now);
        for (int i = OWN_BYTES; i < AREA_PAGE; i++) {
            scene.scenario().expectEqual("byte " + i + " of the page of the area " + when, written[i], now[i]);
        }
    }

    /** APF-030. A store that is torn could not be seen: guests run between instructions of each other only. */
    private static void wordsAreLittleEndian(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        long page = scene.absent(0);
        guest.expectNotPresent(page);
        long token = scene.rig().faults().outstanding().get(0).token();
        expectBytes(s, guest, "inside the not-present handler", KvmGuest.NOT_PRESENT, token);
        s.witness("not-present");
        guest.answerAsynchronously(page, token);
        scene.arrive(page);
        guest.expectReady("ready interrupt");
        expectBytes(s, guest, "inside the ready handler", KvmGuest.READY, token);
        s.witness("ready");
    }

    private static void expectBytes(Scenario s, KvmGuest guest, String when, long reason, long token) {
        for (int i = 0; i < OWN_BYTES; i++) {
            long expected = (i < 4 ? reason : token) >>> 8 * (i & 3) & 0xFF;
            s.expectEqual(
                    "byte " + i + " of the area " + when,
                    expected,
                    guest.cpu().get(guest.area() + i, AccessWidth.BYTE));
        }
    }

    /** APF-031. */
    private static void notPresentIsVisibleAtOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        long page = scene.absent(0);
        GuestNotification.NotPresent notPresent = scene.guest().expectNotPresent(page);
        s.expectEqual(
                "token that the guest reads and that of the ticket",
                scene.rig().faults().outstanding().get(0).token(),
                notPresent.token());
        if (s.capabilities().has(Capabilities.APF_KVM)) {
            PagingScene other = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(other);
            guest.expectNotPresent(other.absent(0));
            guest.expectWords(
                    "at the first instruction of the not-present handler",
                    KvmGuest.NOT_PRESENT,
                    other.rig().faults().outstanding().get(0).token());
        }
        s.witness("not-present");
    }

    /** APF-032. */
    private static void readyIsVisibleAtOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.arrive(task.page());
        scene.takeReadyAndFinish(task);
        if (s.capabilities().has(Capabilities.APF_KVM)) {
            PagingScene other = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(other);
            WaitingTask next = guest.startWaiting(other.absent(0));
            other.arrive(next.page());
            guest.cpu().interruptsOn();
            s.expectDiverted(
                    "ready interrupt",
                    guest.cpu().settle(),
                    guest.cpu().layout().vectorFromEl1(1));
            guest.expectWords("at the first instruction of the interrupt vector", KvmGuest.READY, next.token());
        }
        s.witness("ready");
    }

    /** APF-034. */
    private static void wordsInUseAreNotOverwritten(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        long[][] words = {{7, 0}, {0, 0x1234_5001L}, {KvmGuest.READY, 0x5000L}};
        String[] names = {"reason-in-use", "token-in-use", "both-in-use"};
        for (int i = 0; i < words.length; i++) {
            guest.putReason(words[i][0]);
            guest.putToken(words[i][1]);
            long page = scene.absent(i);
            FaultCounters before = scene.counters();
            scene.expectWaits("a fault while the words are in use", guest.touch(page));
            guest.expectWords("after the fault", words[i][0], words[i][1]);
            scene.expectVeto("a fault while the words are in use", Veto.NOTIFICATION_OUTSTANDING, before);
            scene.arriveAndGoOn(scene.cpu(), page);
            guest.expectWords("after the page has come", words[i][0], words[i][1]);
            guest.clear();
            s.witness(names[i]);
        }
        guest.expectNotPresent(scene.absent(words.length));
        s.witness("free-again");
    }

    /** APF-035. */
    private static void anAreaThatCannotBeWritten(Scenario s) {
        if (s.capabilities().has(Capabilities.APF_KVM)) {
            anAreaInReadOnlyMemory(s);
        }
        PagingScene scene = PagingScene.enabled(s);
        MemoryRegion area = scene.guest().setup().area();
        if (scene.rig().faults().isPinned(area.base())) {
            expectStays(scene, area.base());
            s.witness("area-gone-or-pinned");
            s.witness("announced-again");
            return;
        }
        byte[] content = scene.rig().faults().evict(area.base());
        long page = scene.absent(0);
        long announced = scene.counters().announced();
        scene.expectWaits(
                "a fault while the page of the area is gone", scene.guest().touch(page));
        s.expectEqual("announced faults", announced, scene.counters().announced());
        s.witness("area-gone-or-pinned");
        scene.arriveAndGoOn(scene.cpu(), page);
        s.expectThat(
                "the page of the area was gone until now", scene.rig().faults().complete(area.base(), content));
        scene.rig().advance(0);
        scene.guest().startWaiting(scene.absent(1));
        s.witness("announced-again");
    }

    /** A backend that needs the page of the area does not let go of it, and announces as ever. */
    private static void expectStays(PagingScene scene, long area) {
        scene.scenario()
                .expectRefused(
                        "evicting the page of the area, which is pinned",
                        ErrorId.ILLEGAL_STATE,
                        () -> scene.rig().faults().evict(area));
        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.arrive(task.page());
        scene.takeReadyAndFinish(task);
    }

    private static void anAreaInReadOnlyMemory(Scenario s) {
        PagingScene scene =
                PagingScene.offered(s, 1, request -> request.memory(new MemoryRegion(ROM, AREA_PAGE, false)));
        KvmGuest guest = new KvmGuest(scene.cpu());
        guest.setUp();
        s.expectOneOf(
                "result of ENABLE with an area in read-only memory",
                guest.control(ROM | KvmGuest.ENABLED),
                Smccc.SUCCESS,
                Smccc.INVALID_PARAMETER,
                Smccc.NOT_SUPPORTED);
        long page = scene.absent(0);
        scene.expectWaits("a fault with an area in read-only memory", guest.touch(page));
        scene.arriveAndGoOn(scene.cpu(), page);
        guest.expectNothingDue("after a fault with an area in read-only memory");
    }

    /** APF-036. */
    private static void theAreaItselfIsBroughtInSilently(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long area = scene.guest().setup().area().base();
        if (scene.rig().faults().isPinned(area)) {
            expectStays(scene, area);
            s.witness("guest-touched-it-or-pinned");
            s.witness("host-needed-it-or-pinned");
            return;
        }
        scene.rig().attach(scene.source(), area, 1);
        scene.rig().evict(scene.source(), area);
        GuestStep step = scene.guest().touch(area);
        s.expectThat(
                "no interrupt is taken while the vCPU waits for its area, which the handler would need",
                !scene.expectWaits("an access of the guest to its area", step).interruptible());
        scene.arrive(area);
        s.expectRetired("the access to the area after its page has come", cpu.resume());
        scene.toKernel(cpu);
        s.witness("guest-touched-it-or-pinned");

        WaitingTask task = scene.guest().startWaiting(scene.absent(0));
        scene.rig().evict(scene.source(), area);
        scene.arrive(task.page());
        // The host may ask for the page when it wants to write it, or when it is polled next.
        for (int round = 0; round < 3; round++) {
            scene.source().releaseAll();
            scene.rig().advance(0);
        }
        scene.takeReadyAndFinish(task);
        s.expectThat(
                "no not-present for the page of the area",
                s.trace().events(TraceEvent.PageNotPresent.class).stream().noneMatch(event -> event.page() == area));
        s.witness("host-needed-it-or-pinned");
    }
}
