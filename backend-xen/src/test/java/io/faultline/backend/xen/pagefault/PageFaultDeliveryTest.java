/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.pagefault.Veto;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Not-present, answers and ready on a machine, and everything that keeps a fault from being announced. */
class PageFaultDeliveryTest {
    private static final int MASK = 0x230;
    private static final int PENDING = 0x30;
    private static final long REDISTRIBUTOR = 0x080A_0000L;

    private final PageFaultRig rig = new PageFaultRig(1);

    @ParameterizedTest
    @ValueSource(strings = {"level", "edge", "resampled"})
    void aFaultIsAnnouncedInTheExitOfTheAccessAndItsReadyFollows(String upcall) {
        PageFaultRig styled = new PageFaultRig(1, Map.of("xen.upcall", upcall));
        styled.enable(0);
        long page = styled.absent(0);
        styled.user(0);
        long access = styled.cpu(0).pc();
        assertEquals(new GuestStep.Diverted(PageFaultRig.vectors(0) + 0x480), styled.touchHere(0, page));
        assertEquals(access, styled.cpu(0).read(SystemRegister.ELR_EL1));
        assertEquals(ProcessorState.EL0T.spsr(), styled.cpu(0).read(SystemRegister.SPSR_EL1));
        assertEquals(SharedArea.NOT_PRESENT, styled.state(0));
        GuestNotification.NotPresent told = assertInstanceOf(
                GuestNotification.NotPresent.class, styled.driver.identify(styled.cpu(0), styled.setup(0)));
        assertNotEquals(0, told.token());
        styled.answer(0, told.token(), GuestAnswer.ASYNCHRONOUS);
        assertEquals(styled.setup(0).resume(), styled.cpu(0).pc());
        assertFalse(styled.isDue(0));
        styled.complete(page);
        assertEquals(new GuestNotification.Ready(told.token()), styled.take(0));
        assertFalse(styled.isDue(0));
        assertInstanceOf(GuestStep.Retired.class, styled.touch(0, page));
    }

    @Test
    void severalReadiesComeByOneEventInTheOrderOfThePages() {
        rig.enable(0);
        long first = rig.waitFor(0, rig.absent(0));
        long second = rig.waitFor(0, rig.absent(1));
        long third = rig.waitFor(0, rig.absent(2));
        rig.complete(PageFaultRig.page(1));
        rig.complete(PageFaultRig.page(2));
        rig.complete(PageFaultRig.page(0));
        assertEquals(4, rig.producer(0), "all are in the ring at once");
        assertEquals(new GuestNotification.Ready(second), rig.take(0));
        assertEquals(new GuestNotification.Ready(third), rig.take(0));
        assertEquals(new GuestNotification.Ready(first), rig.take(0));
        assertFalse(rig.isDue(0));
    }

    @Test
    void aRefusedFaultWaitsAndNoReadyFollows() {
        rig.enable(0);
        long page = rig.absent(0);
        rig.user(0);
        long access = rig.cpu(0).pc();
        long token = rig.announced(0, page);
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertEquals(access, rig.cpu(0).pc());
        PageFaultRig.waits(rig.cpu(0).resume());
        assertEquals(SharedArea.FREE, rig.state(0), "the hypervisor has seen the answer");
        assertEquals(1, rig.counters().declined());
        rig.complete(page);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
        rig.waitFor(0, rig.absent(1));
    }

    @Test
    void aPageThatComesBeforeTheAnswerHoldsItsReadyBack() {
        rig.enable(0);
        long page = rig.absent(0);
        long token = rig.announced(0, page);
        rig.complete(page);
        rig.pages().poll();
        assertEquals(1, rig.producer(0));
        rig.answer(0, token, GuestAnswer.ASYNCHRONOUS);
        assertEquals(new GuestNotification.Ready(token), rig.take(0));

        long other = rig.absent(1);
        long refused = rig.announced(0, other);
        rig.complete(other);
        rig.answer(0, refused, GuestAnswer.SYNCHRONOUS);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
        assertEquals(2, rig.producer(0));
    }

    @Test
    void faultsOfEl1AreAnnouncedOnlyIfAskedForAndUnmasked() {
        rig.enable(0);
        rig.open(0);
        PageFaultRig.waits(rig.touchHere(0, rig.absent(0)));
        assertEquals(1, rig.counters().count(Veto.SUPERVISOR_MODE));
        rig.complete(PageFaultRig.page(0));

        int port = rig.port(0);
        assertEquals(0, rig.unregister(0));
        assertEquals(0, rig.register(0, PageFaultRig.area(0) >> 12, 0, port, 128, Registration.SUPERVISOR));
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        rig.start(0);
        PageFaultRig.waits(rig.touchHere(0, rig.absent(1)));
        assertEquals(1, rig.counters().count(Veto.INTERRUPTS_MASKED), "XEN-194");
        rig.complete(PageFaultRig.page(1));
        rig.open(0);
        assertEquals(new GuestStep.Diverted(PageFaultRig.vectors(0) + 0x280), rig.touchHere(0, rig.absent(2)));
        assertEquals(1, rig.counters().announced());
    }

    @Test
    void interruptsMaskedAtEl0ForbidIt() {
        rig.enable(0);
        long page = rig.absent(0);
        rig.user(0);
        rig.cpu(0)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL0T.with(ProcessorState.I).spsr());
        PageFaultRig.waits(rig.touchHere(0, page));
        assertEquals(1, rig.counters().count(Veto.INTERRUPTS_MASKED));
    }

    @Test
    void aMaskedPortForbidsItAndHoldsReadyBackUntilItIsUnmasked() {
        rig.enable(0);
        long token = rig.waitFor(0, rig.absent(0));
        long mask = 1L << rig.port(0);
        shared(MASK, mask);
        rig.vetoed(0, rig.absent(1), Veto.EVENT_MASKED);
        rig.complete(PageFaultRig.page(0));
        assertEquals(2, rig.producer(0));
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.event(0, 9, rig.port(0)));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    /** Writes what the guest maps at its place. */
    private void shared(int at, long value) {
        rig.start(0);
        rig.cpu(0).x(1, PageFaultRig.SHARED + at);
        rig.cpu(0).x(2, value);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).store(AccessWidth.DOUBLEWORD, 2, 1));
    }

    @Test
    void anEventThatIsThereForbidsIt() {
        rig.enable(0);
        shared(PENDING, 1L << rig.port(0));
        rig.vetoed(0, rig.absent(0), Veto.EVENT_PENDING);
        shared(PENDING, 0);
        shared(0x800 + 8, 1);
        rig.vetoed(0, rig.absent(0), Veto.EVENT_PENDING);
        shared(0x800 + 8, 0);
        rig.waitFor(0, rig.absent(0));
    }

    @Test
    void anInterruptThatIsNotTakenFirstForbidsIt() {
        rig.enable(0);
        gicr(0x1_0180, 1L << 31);
        rig.vetoed(0, rig.absent(0), Veto.INTERRUPTS_MASKED);
        gicr(0x1_0100, 1L << 31);
        gicr(0x1_0300, 1L << 31);
        rig.vetoed(0, rig.absent(0), Veto.HANDLER_RUNNING);
        gicr(0x1_0380, 1L << 31);
        gicr(0x1_0C04, 0x8000_0000L);
        rig.vetoed(0, rig.absent(0), Veto.INTERRUPTS_MASKED);
        gicr(0x1_0C04, 0);
        rig.start(0);
        rig.cpu(0).x(1, 0);
        rig.cpu(0).writeSystemRegister(SystemRegister.ICC_PMR_EL1, 1);
        rig.vetoed(0, rig.absent(0), Veto.INTERRUPTS_MASKED);
        rig.start(0);
        rig.cpu(0).x(1, 0xF0);
        rig.cpu(0).writeSystemRegister(SystemRegister.ICC_PMR_EL1, 1);
        rig.waitFor(0, rig.absent(0));
    }

    private void gicr(int at, long value) {
        rig.start(0);
        rig.cpu(0).x(1, REDISTRIBUTOR + at);
        rig.cpu(0).x(2, value);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).store(AccessWidth.WORD, 2, 1));
    }

    @Test
    void anUnreadNotPresentForbidsTheNext() {
        rig.enable(0);
        long token = rig.announced(0, rig.absent(0));
        rig.start(0);
        long end = 31;
        rig.cpu(0).x(1, end);
        rig.cpu(0).writeSystemRegister(SystemRegister.ICC_EOIR1_EL1, 1);
        rig.vetoed(0, rig.absent(1), Veto.NOTIFICATION_OUTSTANDING);
        rig.word(PageFaultRig.area(0), 0);
        long next = rig.waitFor(0, rig.absent(2));
        assertNotEquals(token, next);
        rig.complete(PageFaultRig.page(0));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    @Test
    void withoutRoomForItsReadyAFaultIsNotAnnounced() {
        int port = rig.ipi(0);
        PageFaultRig other = new PageFaultRig(1, Map.of("xen.apf-slots", "255"));
        assertTrue(port > 0);
        other.enable(0);
        other.consumer(0, other.producer(0) - 256);
        other.vetoed(0, other.absent(0), EventNotPresentRoute.RING_FULL);
        other.consumer(0, other.producer(0) + 1);
        other.vetoed(0, other.absent(0), EventNotPresentRoute.RING_FULL);
        other.consumer(0, other.producer(0) - 255);
        other.vetoed(0, other.absent(0), EventNotPresentRoute.RING_FULL);
        other.consumer(0, other.producer(0));
        other.waitFor(0, other.absent(0));
    }

    @Test
    void aRingOfFourTakesThreeFaultsAndNeverOverwrites() {
        rig.enable(0);
        int port = rig.port(0);
        assertEquals(0, rig.unregister(0));
        assertEquals(0, rig.register(0, PageFaultRig.area(0) >> 12, 0, port, 4, 0));
        rig.word(PageFaultRig.area(0) + 0xD08, 4);
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        long[] tokens = new long[3];
        for (int n = 0; n < 3; n++) {
            tokens[n] = rig.waitFor(0, rig.absent(n));
        }
        rig.vetoed(0, rig.absent(3), EventNotPresentRoute.RING_FULL);
        // The guest takes back what it has consumed: the entry has no place until it moves again.
        rig.consumer(0, -3);
        rig.complete(PageFaultRig.page(0));
        rig.pages().poll();
        assertEquals(1, rig.producer(0));
        rig.consumer(0, 1);
        rig.pages().poll();
        assertEquals(2, rig.producer(0), "the entry appears when the consumer has moved (APF-136)");
        rig.complete(PageFaultRig.page(1));
        rig.complete(PageFaultRig.page(2));
        for (long token : tokens) {
            assertEquals(new GuestNotification.Ready(token), rig.take(0));
        }
    }

    @Test
    void withoutAVcpuInfoAnEventHasNowhereToGo() {
        PageFaultRig two = new PageFaultRig(2);
        int port = two.ipi(1);
        assertEquals(0, two.register(1, PageFaultRig.area(1) >> 12, 0, port, 8, 0));
        two.vetoed(1, two.absent(0), Veto.EVENT_PENDING);
    }

    @Test
    void turningAVcpuOffEndsItsRegistrationWithAWakeAll() {
        PageFaultRig two = new PageFaultRig(2);
        two.enable(0);
        two.enable(1);
        two.waitFor(1, two.absent(0));
        two.start(1);
        two.cpu(1).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
        two.cpu(1).hypervisorCall(0);
        assertEquals(0x2_FFFF_FFFFL, two.entry(1, 1));
        assertEquals(1, two.counters().coveredByWakeAll());
        two.turnOn(1);
        two.start(1);
        assertEquals(new GuestNotification.WakeAll(), two.take(1), "the event has waited for the vCPU");
        two.vetoed(1, two.absent(1), Veto.NOT_ENABLED);
        two.enable(1);
        two.waitFor(1, two.absent(2));
    }

    @Test
    void aVcpuThatIsResetForgetsWithoutAWord() {
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.machine.vcpus().get(0).reset();
        assertEquals(1, rig.producer(0));
        assertEquals(1, rig.counters().cancelled());
        rig.start(0);
        rig.vetoed(0, rig.absent(1), Veto.NOT_ENABLED);
        rig.enable(0);
    }

    @Test
    void aMachineThatIsResetHasNothingRegistered() {
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.machine.reset();
        rig.start(0);
        assertEquals(0, rig.counters().outstanding());
        assertEquals(-2, rig.unregister(0));
    }

    @Test
    void aParkingMachineTakesInterruptsWhileItWaits() {
        PageFaultRig parking = new PageFaultRig(1, Map.of("xen.apf-undeliverable", "park"));
        assertTrue(parking.hidden(0, parking.absent(0)).interruptible());
        assertFalse(rig.hidden(0, rig.absent(0)).interruptible());
    }

    @Test
    void anEventOfSomebodyElseIsNotTheDrivers() {
        rig.enable(0);
        int other = rig.ipi(0);
        assertEquals(0, rig.event(0, 4, other));
        rig.open(0);
        assertEquals(
                new GuestStep.Diverted(PageFaultRig.vectors(0) + 0x280),
                rig.cpu(0).noOperation());
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
        rig.start(0);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)), "no vector");
    }

    @Test
    void anEventThatTellsOfNothingIsNotTheDrivers() {
        rig.enable(0);
        assertEquals(0, rig.event(0, 4, rig.port(0)));
        rig.open(0);
        assertEquals(
                new GuestStep.Diverted(PageFaultRig.vectors(0) + 0x280),
                rig.cpu(0).noOperation());
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }

    @Test
    void theDriverComplainsOfWhatTheProtocolDoesNotAllow() {
        rig.enable(0);
        rig.announced(0, rig.absent(0));
        GuestNotification told = new GuestNotification.NotPresent(0x1000);
        assertThrows(
                HypervisorException.class,
                () -> rig.driver.answer(rig.cpu(0), rig.setup(0), told, GuestAnswer.ACKNOWLEDGED));
        PageFaultRig broken = new PageFaultRig(1);
        broken.enable(0);
        broken.waitFor(0, broken.absent(0));
        broken.complete(PageFaultRig.page(0));
        broken.word(PageFaultRig.area(0) + SharedArea.RING + 12, 9);
        broken.open(0);
        broken.cpu(0).noOperation();
        assertThrows(HypervisorException.class, () -> broken.driver.identify(broken.cpu(0), broken.setup(0)));
        PageFaultRig zero = new PageFaultRig(1);
        zero.enable(0);
        zero.touch(0, zero.absent(0));
        zero.word(PageFaultRig.area(0) + SharedArea.TOKEN, 0);
        assertThrows(HypervisorException.class, () -> zero.driver.identify(zero.cpu(0), zero.setup(0)));
        PageFaultRig twice = new PageFaultRig(1);
        twice.enable(0);
        twice.start(0);
        assertThrows(HypervisorException.class, () -> twice.driver.enable(twice.cpu(0), twice.setup(0)));
    }

    @Test
    void theDriverCanBeTakenDownAtAnyTime() {
        rig.start(0);
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.open(0);
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        assertEquals(ExceptionLevel.EL1, rig.cpu(0).pstate().level());
        assertEquals(0, rig.counters().outstanding());
        assertFalse(rig.isDue(0));
    }
}
