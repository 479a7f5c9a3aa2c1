/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.state.SavedState;
import io.faultline.backend.xen.hypercall.XenError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EVTCHNOP_reset and its continuation (XEN-148 to XEN-154). */
class ResetTest {
    private static final int SELF = TestMachine.SELF;
    private static final int EBUSY = -XenError.EBUSY;

    private final World world = new World();
    private final TestMachine machine = world.machine(1);

    private void ports(int count) {
        for (int i = 0; i < count; i++) {
            machine.bindIpi(0);
        }
    }

    private void stopAlways() {
        machine.caller.workedEnough = () -> true;
    }

    private void stopNever() {
        machine.caller.workedEnough = () -> false;
    }

    @Test
    void everyPortIsClosedAndTheTwoLevelAbiIsBack() {
        machine.fifo(1);
        ports(5);
        machine.bindVirq(0, 1);
        machine.send(1);
        assertEquals(0, machine.reset(SELF));

        for (int port = 0; port < 64; port++) {
            assertEquals("closed vcpu 0", machine.told(port));
        }
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(TestMachine.RAM_GFN));
        assertEquals("--L-0", machine.shown(1), "what the guest has queued is the guest's");
        assertEquals(1, machine.bindVirq(0, 1));
        assertEquals(2, machine.bindIpi(0));
        machine.send(2);
        assertTrue(machine.pending(2));

        machine.controlPage().store32(0, 0);
        machine.word(1, 0);
        machine.word(2, 0);
        machine.fifo(1);
        machine.send(2);
        assertEquals(1 << 7, machine.ready(0));
    }

    @Test
    void maskSelectorAndUpcallStayAsTheyWere() {
        ports(3);
        machine.mask(1);
        machine.send(2);
        assertEquals(0, machine.reset(1));
        assertTrue(machine.masked(1));
        assertFalse(machine.pending(2));
        assertEquals(1, machine.selector(0));
        assertTrue(machine.upcallPending(0));
    }

    @Test
    void anotherDomainCannotBeReset() {
        TestMachine other = world.machine(2);
        other.bindIpi(0);
        assertEquals(-XenError.EPERM, machine.reset(2));
        assertEquals(-XenError.EPERM, machine.reset(0));
        assertEquals(-XenError.ESRCH, machine.reset(3));
        assertEquals(-XenError.ESRCH, machine.reset(0x7FF1));
        assertEquals("ipi vcpu 0", other.told(1));
    }

    @Test
    void theContinuationIsNotForGuestsThatHaveNothingToContinue() {
        machine.memory().u16(0, SELF);
        assertEquals(EBUSY, machine.call(EventChannelOps.RESET_CONT));
        ports(1);
        assertEquals("ipi vcpu 0", machine.told(1));
    }

    @Test
    void aLongResetStopsNowAndThenAndEndsAsIfItHadNot() {
        ports(1000);
        stopAlways();
        machine.memory().u16(0, SELF);
        assertEquals(0, machine.callOnce(EventChannelOps.RESET));
        int parts = 1;
        while (machine.caller.continued) {
            assertEquals(EventChannelOps.RESET_CONT, machine.caller.arguments[0]);
            machine.caller.continued = false;
            assertEquals(0, machine.ops.call(machine.caller));
            parts++;
        }
        assertEquals(1023 / StandardReset.STRIDE + 1, parts);
        assertEquals(0, machine.ports.open());
        assertEquals(1, machine.bindIpi(0));
    }

    @Test
    void aSecondResetHasToWaitForTheFirst() {
        ports(200);
        stopAlways();
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        assertTrue(machine.caller.continued);
        assertEquals(EBUSY, machine.callOnce(EventChannelOps.RESET));
        assertFalse(machine.caller.continued);
        stopNever();
        assertEquals(0, machine.callOnce(EventChannelOps.RESET_CONT));
        assertEquals(EBUSY, machine.callOnce(EventChannelOps.RESET_CONT));
        assertEquals(0, machine.callOnce(EventChannelOps.RESET));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPortThatIsMadeBehindTheResetKeepsTheAbiAsItIs(boolean fifo) {
        if (fifo) {
            machine.fifo(1);
        }
        ports(200);
        stopAlways();
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        long port = machine.bindIpi(1);
        stopNever();
        machine.memory().u16(0, SELF);
        assertEquals(-XenError.EAGAIN, machine.callOnce(EventChannelOps.RESET_CONT));

        assertEquals("ipi vcpu 1", machine.told(port));
        assertEquals("closed vcpu 0", machine.told(199));
        machine.memory().u64(0, TestMachine.RAM_GFN + 20);
        assertEquals(fifo ? 0 : -XenError.EOPNOTSUPP, machine.call(EventChannelOps.EXPAND_ARRAY));
        assertEquals(0, machine.reset(SELF));
        assertEquals("closed vcpu 0", machine.told(port));
    }

    @Test
    void aPortThatIsMadeAheadOfTheResetIsClosedByIt() {
        ports(200);
        machine.close(190);
        stopAlways();
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        for (int i = 0; i < StandardReset.STRIDE; i++) {
            machine.bindIpi(0);
        }
        assertEquals(190, machine.bindIpi(0));
        for (int i = 1; i <= StandardReset.STRIDE; i++) {
            machine.close(i);
        }
        stopNever();
        machine.memory().u16(0, SELF);
        assertEquals(0, machine.callOnce(EventChannelOps.RESET_CONT));
        assertEquals("closed vcpu 0", machine.told(190));
    }

    @Test
    void aResetThatIsNotOverGoesOnAfterRestore() {
        ports(300);
        stopAlways();
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        SavedState state = machine.saved();

        TestMachine copy = new World().machine(1);
        copy.restore(state);
        copy.memory().u16(0, SELF);
        assertEquals(EBUSY, copy.call(EventChannelOps.RESET));
        assertEquals("closed vcpu 0", copy.told(StandardReset.STRIDE));
        assertEquals("ipi vcpu 0", copy.told(StandardReset.STRIDE + 1));
        copy.memory().u16(0, SELF);
        assertEquals(0, copy.call(EventChannelOps.RESET_CONT));
        assertEquals("closed vcpu 0", copy.told(StandardReset.STRIDE + 1));
        assertEquals(copy.saved(), copy.saved());
    }

    @Test
    void aPortIsNeverMadeInvalidByReset() {
        TestMachine big = world.machine(2, 1, BindingTest.with(131071, EventSettings.Xsm.SILO))
                .fifo(1);
        while (big.bindIpi(0) < 6000) {
            // beyond the two-level ABI
        }
        assertEquals(0, big.reset(SELF));
        assertEquals("closed vcpu 0", big.told(6000));
        assertEquals(0, big.unmask(6000));
        assertEquals(-XenError.EINVAL, big.send(6000));
        assertEquals(-XenError.ENOSYS, big.setPriority(6000, 1));
        for (int port = 1; port < 4096; port++) {
            assertEquals(port, big.bindIpi(0));
        }
        assertEquals(-XenError.ENOSPC, big.bindIpi(0));
    }
}
