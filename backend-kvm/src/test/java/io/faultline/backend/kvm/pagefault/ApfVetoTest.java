/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the guest is not told, and why. */
class ApfVetoTest {
    private static final SdeiEvent OTHER = new SdeiEvent(0x77, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);

    private final ApfRig rig = new ApfRig(
            2,
            Map.of("apf.slots", "2"),
            PageFaultDecoration.NONE,
            request -> request.asyncPageFaults(ApfRig.EVENT, ApfRig.INTERRUPT).channel(OTHER));

    @BeforeEach
    void enableAndTakePagesAway() {
        rig.enable(0);
        for (int i = 0; i < 8; i++) {
            rig.pages().discard(page(i));
        }
    }

    private void vetoed(Veto veto, boolean parked, VcpuExit.WaitForPage wait) {
        assertEquals(veto, wait.ticket().veto().orElseThrow());
        assertEquals(parked, wait.interruptible());
        assertEquals(1, rig.counters().count(veto));
        assertEquals(0, rig.word(area(0)), "nothing is left in the area");
    }

    private VcpuExit.WaitForPage stopped(GuestStep step) {
        return assertInstanceOf(
                VcpuExit.WaitForPage.class,
                assertInstanceOf(GuestStep.Stopped.class, step).exit());
    }

    private long sdei(SdeiFunction function, long... arguments) {
        return rig.call(0, function.id(), arguments);
    }

    @Test
    void notEnabledOnThisVcpu() {
        rig.start(1);
        VcpuExit.WaitForPage wait = rig.hidden(1, page(0));
        assertEquals(Veto.NOT_ENABLED, wait.ticket().veto().orElseThrow());
        assertTrue(wait.interruptible());
    }

    @Test
    void supervisorModeStopsTheVcpuAndCompletesSilently() {
        rig.start(0);
        vetoed(Veto.SUPERVISOR_MODE, false, stopped(rig.touchHere(0, page(0))));
        rig.complete(page(0));
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
    }

    @Test
    void sendAlwaysAnnouncesSupervisorModeToo() {
        assertEquals(0, rig.control(0, area(0) | ControlBlocks.ENABLED | ControlBlocks.SEND_ALWAYS));
        rig.start(0);
        assertEquals(new GuestStep.Diverted(rig.setup(0).handler()), rig.touchHere(0, page(0)));
        // In the handler: not even with SEND_ALWAYS.
        assertInstanceOf(GuestNotification.NotPresent.class, rig.driver.identify(rig.cpu(0), rig.setup(0)));
        vetoed(Veto.HANDLER_RUNNING, false, stopped(rig.touchHere(0, page(1))));
    }

    @Test
    void preemptibleKernelsMayBeParked() {
        ApfRig other = new ApfRig(1, Map.of("apf.supervisor", "park"), PageFaultDecoration.NONE);
        other.enable(0);
        other.pages().discard(page(0));
        other.open(0);
        assertTrue(stopped(other.touchHere(0, page(0))).interruptible());
    }

    @Test
    void interruptMasksDoNotMatterButTheEventMaskDoes() {
        rig.user(0);
        rig.cpu(0)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL0T.with(ProcessorState.DAIF).spsr());
        assertEquals(new GuestStep.Diverted(rig.setup(0).handler()), rig.touchHere(0, page(0)));
        rig.driver.identify(rig.cpu(0), rig.setup(0));
        rig.answer(0, 0x1000, GuestAnswer.ASYNCHRONOUS);

        sdei(SdeiFunction.PE_MASK);
        vetoed(Veto.EVENT_MASKED, true, rig.hidden(0, page(1)));
    }

    @Test
    void anEventThatIsNotReady() {
        assertEquals(0, sdei(SdeiFunction.EVENT_DISABLE, ApfRig.EVENT));
        vetoed(Veto.EVENT_NOT_READY, true, rig.hidden(0, page(0)));
        assertEquals(0, sdei(SdeiFunction.EVENT_ENABLE, ApfRig.EVENT));
        rig.waitFor(0, page(1));
        assertEquals(0, sdei(SdeiFunction.PRIVATE_RESET));
        assertEquals(
                Veto.EVENT_NOT_READY, rig.hidden(0, page(2)).ticket().veto().orElseThrow(), "APF-157");
        rig.complete(page(1));
        assertEquals(new GuestNotification.Ready(0x1000), rig.take(0), "announced before");
    }

    @Test
    void anotherEventThatIsPending() {
        rig.start(0);
        sdei(SdeiFunction.EVENT_REGISTER, OTHER.event(), rig.setup(0).handler(), 0, 0, 0);
        rig.machine.notifications().orElseThrow().inject(OTHER, 0);
        vetoed(Veto.EVENT_PENDING, true, rig.hidden(0, page(0)));
    }

    @Test
    void wordsThatTheGuestHasNotConsumed() {
        rig.word(area(0) + 4, 9);
        assertEquals(
                Veto.NOTIFICATION_OUTSTANDING,
                rig.hidden(0, page(0)).ticket().veto().orElseThrow());
        rig.word(area(0) + 4, 0);
        rig.word(area(0), 9);
        assertEquals(
                Veto.NOTIFICATION_OUTSTANDING,
                rig.hidden(0, page(1)).ticket().veto().orElseThrow());
        assertEquals(9, rig.word(area(0)));
    }

    @Test
    void thePageOfTheAreaItself() {
        rig.pages().discard(area(0));
        VcpuExit.WaitForPage wait = rig.hidden(0, area(0) + 0x800);
        assertEquals(Veto.AREA_PAGE, wait.ticket().veto().orElseThrow());
        assertFalse(wait.interruptible());
    }

    @Test
    void anAreaThatIsNotThere() {
        rig.pages().discard(area(0));
        VcpuExit.WaitForPage wait = rig.hidden(0, page(0));
        assertEquals(Veto.AREA_UNWRITABLE, wait.ticket().veto().orElseThrow());
        assertTrue(wait.interruptible());
    }

    /** As after a post-copy migration: a guest that is told nothing might never touch the area. */
    @Test
    void anAreaThatIsNotThereIsAskedForSoThatLaterFaultsAreAnnounced() {
        long areaPage = PageSize.pageOf(area(0));
        byte[] content = rig.pages().evict(areaPage);
        assertEquals(
                Veto.AREA_UNWRITABLE, rig.hidden(0, page(0)).ticket().veto().orElseThrow());
        assertTrue(
                rig.requests.stream().anyMatch(request -> request.page() == areaPage),
                "the page of the area is on its way");
        rig.pages().complete(areaPage, content);
        rig.complete(page(0));
        assertEquals(0, rig.counters().announced());
        rig.announced(0, page(1));
        assertEquals(1, rig.counters().announced());
    }

    @Test
    void theLimit() {
        rig.waitFor(0, page(0));
        rig.waitFor(0, page(1));
        vetoed(Veto.LIMIT_REACHED, false, rig.hidden(0, page(2)));
        rig.complete(page(2));
        rig.complete(page(0));
        assertEquals(new GuestNotification.Ready(0x1000), rig.take(0));
        rig.waitFor(0, page(3));
    }

    @Test
    void theVmmsDecision() {
        rig.pages().decideBy((page, vcpu) -> page != page(0));
        vetoed(Veto.VMM_DECLINED, false, rig.hidden(0, page(0)));
        rig.complete(page(0));
        rig.waitFor(0, page(1));
    }

    @Test
    void aRepeatedFaultParks() {
        rig.waitFor(0, page(0));
        VcpuExit.WaitForPage wait = rig.hidden(0, page(0));
        assertTrue(wait.interruptible());
        assertEquals(0x1000, wait.ticket().token());
        assertEquals(1, rig.counters().repeated());
        assertEquals(1, rig.requests.size());
    }

    @Test
    void failuresInARow() {
        for (int i = 0; i < 3; i++) {
            long token = rig.waitFor(0, page(0));
            rig.pages().fail(page(0), "disk");
            assertEquals(new GuestNotification.Ready(token), rig.take(0));
        }
        vetoed(Veto.FAILED_BEFORE, false, rig.hidden(0, page(0)));
        assertEquals(3, rig.counters().announced());
    }

    @Test
    void lostDataIsAnAbortOnTheRetry() {
        long token = rig.waitFor(0, page(0));
        rig.pages().poll();
        rig.poison(page(0));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
        assertEquals(new GuestStep.Diverted(ApfRig.vectors(0) + 0x400), rig.touch(0, page(0)));
        assertEquals(0, rig.counters().vetoed());
    }
}
