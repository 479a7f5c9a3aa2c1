/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.testing.StepCpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Not-present, the guest's answer, and what is not announced. */
class PageFaultDeliveryTest {
    private static final long SYNDROME = 0xFE00_0001L;

    private static PageFaultRig enabled(boolean byFlag, String... settings) {
        PageFaultRig rig = new PageFaultRig(1, byFlag, settings);
        rig.enable(0);
        return rig;
    }

    @Test
    void theExceptionIsEnteredInTheExitOfTheAccess() {
        PageFaultRig rig = enabled(false);
        StepCpu cpu = rig.cpu(0);
        cpu.write(SystemRegister.ESR_EL1, 0x1234);
        cpu.write(SystemRegister.FAR_EL1, 0x5678);
        rig.user(0);
        ProcessorState state = ProcessorState.EL0T.with(ProcessorState.N | ProcessorState.C);
        cpu.write(CoreRegister.PSTATE, state.spsr());
        long page = rig.absent(3);
        assertEquals(new GuestStep.Diverted(PageFaultRig.handler(0) + 0x400), rig.touchHere(0, page + 0x10));
        assertEquals(PageFaultRig.el0(0), cpu.read(SystemRegister.ELR_EL1));
        assertEquals(state.spsr(), cpu.read(SystemRegister.SPSR_EL1));
        assertEquals(0x1234, cpu.read(SystemRegister.ESR_EL1));
        assertEquals(0x5678, cpu.read(SystemRegister.FAR_EL1));
        assertEquals(page + 0x10, cpu.x(1));
        ProcessorState now = cpu.pstate();
        assertEquals(ExceptionLevel.EL1, now.level());
        assertTrue(now.has(ProcessorState.DAIF | ProcessorState.SP | ProcessorState.N | ProcessorState.C));
        assertEquals(SYNDROME, rig.get(0, PageFaultRig.SYNDROME));
    }

    @Test
    void theInformationIsComplete() {
        PageFaultRig rig = enabled(false);
        long page = rig.absent(0);
        rig.user(0);
        StepCpu cpu = rig.cpu(0);
        cpu.x(1, page + 0x18);
        cpu.store(AccessWidth.DOUBLEWORD, 0, 1);
        long at = PageFaultRig.area(0);
        assertEquals(1, rig.word(at + 0x40));
        assertEquals(1, rig.word(at + 0x44));
        assertEquals(1L << 12, rig.quad(at + 0x48));
        assertEquals(page, rig.quad(at + 0x50));
        assertEquals(page, rig.quad(at + 0x58));
        assertEquals(1, rig.word(at + 0x60), "write");
        assertEquals(0, rig.word(at + 0x64));
    }

    @Test
    void aFetchIsAnAccess() {
        PageFaultRig rig = enabled(false);
        long page = rig.absent(0);
        rig.user(0);
        rig.cpu(0).write(CoreRegister.PC, page + 8);
        assertEquals(
                new GuestStep.Diverted(PageFaultRig.handler(0) + 0x400),
                rig.cpu(0).resume());
        assertEquals(2, rig.word(PageFaultRig.area(0) + 0x60));
        assertEquals(page, rig.quad(PageFaultRig.area(0) + 0x50));
        assertEquals(page + 8, rig.cpu(0).read(SystemRegister.ELR_EL1));
    }

    @ParameterizedTest
    @CsvSource({"true, 0x200", "false, 0x0"})
    void faultsOfTheKernelAreToldIfItWants(boolean ownStack, String offset) {
        PageFaultRig rig = enabled(false);
        rig.sets(0, PageFaultRig.CONTROL, 0);
        rig.sets(0, PageFaultRig.CONTROL, rig.control() | 2);
        rig.take(0);
        rig.open(0);
        ProcessorState state = ProcessorState.at(ExceptionLevel.EL1, ownStack);
        rig.cpu(0).write(CoreRegister.PSTATE, state.spsr());
        long vector = PageFaultRig.handler(0) + Long.decode(offset);
        long page = rig.absent(0);
        assertEquals(new GuestStep.Diverted(vector), rig.touchHere(0, page));
        assertEquals(state.spsr(), rig.cpu(0).read(SystemRegister.SPSR_EL1));
        GuestNotification told = rig.driver.identify(rig.cpu(0), rig.setup(0));
        rig.driver.answer(rig.cpu(0), rig.setup(0), told, GuestAnswer.ASYNCHRONOUS);
        rig.start(0);
        rig.vetoedHere(0, rig.absent(1), Veto.INTERRUPTS_MASKED);
    }

    @Test
    void vetoesAreNamed() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.vetoed(0, rig.absent(0), Veto.NOT_ENABLED);
        rig.enable(0);
        rig.open(0);
        rig.vetoedHere(0, rig.absent(1), Veto.SUPERVISOR_MODE);
        rig.user(0);
        rig.cpu(0)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL0T.with(ProcessorState.I).spsr());
        rig.vetoedHere(0, rig.absent(2), Veto.INTERRUPTS_MASKED);
        rig.sets(0, PageFaultRig.ASSIST, 0);
        rig.vetoed(0, rig.absent(4), Veto.AREA_UNWRITABLE);
        rig.sets(0, PageFaultRig.ASSIST, PageFaultRig.area(0) | 1);
        rig.state(0, 5);
        rig.vetoed(0, rig.absent(5), Veto.NOTIFICATION_OUTSTANDING);
        rig.state(0, 4);
        rig.announced(0, rig.absent(6));
    }

    @Test
    void noMoreThanTheLimitIsOutstanding() {
        PageFaultRig rig = enabled(false, "hyperv.apf-slots=2");
        rig.waitFor(0, rig.absent(0));
        long second = rig.waitFor(0, rig.absent(1));
        rig.vetoed(0, rig.absent(2), Veto.LIMIT_REACHED);
        rig.complete(PageFaultRig.page(1));
        rig.takesReady(0, second);
        rig.waitFor(0, rig.absent(3));
    }

    @Test
    void flagsThatAreSetAreNoRoom() {
        PageFaultRig rig = enabled(true, "hyperv.apf-slots=3");
        rig.word(PageFaultRig.slot(0), 0b0110);
        long token = rig.waitFor(0, rig.absent(0));
        rig.vetoed(0, rig.absent(1), ExceptionNotPresentRoute.FLAGS_IN_USE);
        rig.complete(PageFaultRig.page(0));
        assertEquals(0b1110, rig.word(PageFaultRig.slot(0)), "the wake-all of enabling had flag 0");
        assertEquals(token, rig.word(PageFaultRig.area(0) + FaultInformation.TABLE + 12));
        assertTrue(rig.isDue(0));
    }

    @Test
    void aVcpuThatIsNotToldStopsOrParks() {
        for (String how : new String[] {"stop", "park"}) {
            PageFaultRig rig = enabled(false, "hyperv.apf-undeliverable=" + how);
            rig.state(0, 1);
            boolean interruptible =
                    PageFaultRig.waits(rig.touch(0, rig.absent(0))).interruptible();
            assertEquals("park".equals(how), interruptible);
            rig.open(0);
            assertFalse(PageFaultRig.waits(rig.touchHere(0, rig.absent(1))).interruptible());
        }
        PageFaultRig both = enabled(false, "hyperv.apf-undeliverable=park", "hyperv.apf-supervisor=park");
        both.open(0);
        assertTrue(PageFaultRig.waits(both.touchHere(0, both.absent(1))).interruptible());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGuestThatTakesItGetsReady(boolean byFlag) {
        PageFaultRig rig = enabled(byFlag);
        long token = rig.waitFor(0, rig.absent(0));
        assertFalse(rig.isDue(0));
        rig.complete(PageFaultRig.page(0));
        rig.takesReady(0, token);
        assertFalse(rig.isDue(0));
        assertEquals(1, rig.counters().ready());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGuestThatRefusesWaitsAtTheAccess(boolean byFlag) {
        PageFaultRig rig = enabled(byFlag);
        long page = rig.absent(0);
        long token = rig.announced(0, page);
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertEquals(PageFaultRig.el0(0), rig.cpu(0).pc());
        PageFaultRig.waits(rig.cpu(0).resume());
        assertEquals(1, rig.counters().declined());
        rig.complete(page);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.state(0));
    }

    @Test
    void aRefusedFaultWhosePageIsThereNeedsNoWait() {
        PageFaultRig rig = enabled(false);
        long page = rig.absent(0);
        long token = rig.announced(0, page);
        rig.complete(page);
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
    }

    @Test
    void readyWaitsForTheAnswer() {
        PageFaultRig rig = enabled(false);
        long page = rig.absent(0);
        long token = rig.announced(0, page);
        rig.complete(page);
        rig.pages().poll();
        assertEquals(0, rig.word(PageFaultRig.slot(0)));
        rig.state(0, 3);
        rig.pages().poll();
        assertEquals(0, rig.word(PageFaultRig.slot(0)), "VALID is still set");
        rig.state(0, 0xF0);
        rig.pages().poll();
        rig.takesReady(0, token);
        assertEquals(0, rig.state(0));
    }

    @Test
    void anExceptionThatIsNotTheHypervisorsIsNotTheDrivers() {
        PageFaultRig rig = enabled(false);
        rig.start(0);
        rig.cpu(0).write(CoreRegister.PC, PageFaultRig.vectors(0) + 0x400);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
        rig.cpu(0).write(CoreRegister.PC, PageFaultRig.vectors(0) + 0x480);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }

    @ParameterizedTest
    @CsvSource({"0x40, 0", "0x44, 7", "0x48, 0"})
    void theDriverComplainsOfInformationThatCannotBe(String offset, int value) {
        PageFaultRig rig = enabled(false);
        rig.touch(0, rig.absent(0));
        rig.word(PageFaultRig.area(0) + Long.decode(offset), value);
        expectViolation(rig);
    }

    private static void expectViolation(PageFaultRig rig) {
        HypervisorException violation =
                assertThrows(HypervisorException.class, () -> rig.driver.identify(rig.cpu(0), rig.setup(0)));
        assertEquals(ErrorId.PROTOCOL_VIOLATION, violation.id());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "16, 0"})
    void theDriverComplainsOfMessagesThatCannotBe(int offset, int value) {
        PageFaultRig rig = enabled(false);
        rig.waitFor(0, rig.absent(0));
        rig.complete(PageFaultRig.page(0));
        rig.word(PageFaultRig.slot(0) + offset, value);
        rig.open(0);
        rig.cpu(0).noOperation();
        expectViolation(rig);
    }
}
