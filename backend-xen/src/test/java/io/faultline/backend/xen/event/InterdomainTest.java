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

/** Channels between two machines. */
class InterdomainTest {
    private static final int SELF = TestMachine.SELF;

    private final World world = new World();
    private final TestMachine one = world.machine(300, 2, BindingTest.DUMMY);
    private final TestMachine two = world.machine(400, 2, BindingTest.DUMMY);

    /** Port 1 of both. */
    private void connect() {
        assertEquals(1, two.allocUnbound(SELF, 300));
        assertEquals(1, one.bindInterdomain(400, 1));
        one.takeUpcall(0);
        one.clear(1);
    }

    @Test
    void eventsGoBothWaysAndToTheVcpuOfTheReceiver() {
        connect();
        assertEquals("connected to 400:1 vcpu 0", one.told(1));
        assertEquals("connected to 300:1 vcpu 0", two.told(1));
        two.bindVcpu(1, 1);

        assertEquals(0, one.send(1));
        assertTrue(two.pending(1));
        assertEquals(1, two.upcalls.edges[1]);
        assertFalse(one.pending(1));
        assertEquals(0, two.send(1));
        assertTrue(one.pending(1));
    }

    @Test
    void aClosedEndLeavesTheOtherWaitingForTheSameDomain() {
        connect();
        one.send(1);
        int edges = two.upcalls.edges[0];
        assertEquals(0, one.close(1));

        assertEquals("unbound for 300 vcpu 0", two.told(1));
        assertTrue(two.pending(1), "the event that came before stays");
        assertEquals(edges, two.upcalls.edges[0], "nobody is told");
        assertEquals(0, two.send(1), "what is sent goes nowhere");
        assertFalse(one.pending(1));

        one.bindIpi(0);
        assertEquals(2, one.bindInterdomain(400, 1));
        assertEquals("connected to 300:2 vcpu 0", two.told(1));
        two.send(1);
        assertTrue(one.pending(2));
        assertFalse(one.pending(1));
    }

    @Test
    void theEndThatIsLeftKeepsItsVcpu() {
        connect();
        two.bindVcpu(1, 1);
        one.close(1);
        assertEquals("unbound for 300 vcpu 1", two.told(1));
        one.bindInterdomain(400, 1);
        assertEquals("connected to 300:1 vcpu 1", two.told(1));
    }

    @Test
    void ofAChannelBothEndsMayBeClosed() {
        connect();
        assertEquals(0, one.close(1));
        assertEquals(0, two.close(1));
        assertEquals(-XenError.EINVAL, two.close(1));
        assertEquals("closed vcpu 0", two.told(1));
    }

    @Test
    void aMachineThatIsClosedLeavesItsPeersWaiting() {
        connect();
        world.close(two);
        assertEquals("unbound for 400 vcpu 0", one.told(1));
        assertEquals(0, one.send(1));
        assertEquals(-XenError.ESRCH, one.bindInterdomain(400, 1));
        assertEquals(-XenError.EINVAL, two.channels.choose());
        assertEquals(-XenError.EINVAL, two.bindIpi(0));
    }

    @Test
    void aNewMachineWithTheNumberOfADeadOneIsNotMistakenForIt() {
        connect();
        one.send(1);
        world.close(two);
        TestMachine next = world.machine(400, 1, BindingTest.DUMMY);
        assertEquals(1, next.bindInterdomain(300, 1));
        assertEquals("connected to 400:1 vcpu 0", one.told(1));
        next.clear(1);
        one.send(1);
        assertTrue(next.pending(1));
    }

    @Test
    void aNumberThatIsUsedAgainSendsToItsNewPeer() {
        connect();
        one.send(1);
        two.clear(1);
        one.close(1);
        int host = one.channels.register(() -> one.channels.raise(1));
        assertEquals(1, one.channels.open(host));
        one.send(1);
        assertTrue(one.pending(1), "the host end has answered");
        assertFalse(two.pending(1));

        one.close(1);
        assertEquals(1, one.bindInterdomain(400, 1));
        one.send(1);
        assertTrue(two.pending(1));
        one.reset(SELF);
        assertEquals(1, one.allocUnbound(SELF, SELF));
        assertEquals(2, one.bindInterdomain(SELF, 1));
        two.clear(1);
        one.send(2);
        assertTrue(one.pending(1));
        one.clear(2);
        one.send(1);
        assertTrue(one.pending(2));
        assertFalse(two.pending(1));
    }

    @Test
    void aForeignPortCannotBeLookedAt() {
        connect();
        assertEquals(-XenError.EPERM, one.status(400, 1));
        assertEquals(-XenError.EPERM, one.status(0, 1));
        assertEquals(-XenError.EINVAL, one.status(400, 64));
        assertEquals(-XenError.ESRCH, one.status(401, 1));
        assertEquals(-XenError.ESRCH, one.status(0x7FF4, 1));
        assertEquals(0, one.status(300, 1));
        assertEquals(-XenError.EINVAL, one.status(300, 64));
    }

    @Test
    void resetOfOneLeavesTheOtherWaiting() {
        connect();
        assertEquals(0, two.reset(SELF));
        assertEquals("unbound for 400 vcpu 0", one.told(1));
        assertEquals(1, two.bindInterdomain(300, 1));
        assertEquals("connected to 400:1 vcpu 0", one.told(1));
    }

    @Test
    void aColdResetOfOneLeavesTheOtherWaiting() {
        connect();
        two.channels.reset();
        assertEquals("unbound for 400 vcpu 0", one.told(1));
        assertEquals("closed vcpu 0", two.told(1));
    }

    @Test
    void theOtherEndIsInFifoModeAndThisOneIsNot() {
        two.fifo(1);
        connect();
        one.send(1);
        assertEquals("P-L-0", two.shown(1));
        two.send(1);
        assertTrue(one.pending(1));
    }

    @Test
    void anOldStateOfOneMachineDoesNotReachPortsThatMeanSomethingElseNow() {
        connect();
        SavedState old = one.saved();
        one.close(1);
        two.close(1);
        two.bindIpi(0);
        one.restore(old);

        assertEquals("connected to 400:1 vcpu 0", one.told(1));
        assertEquals(0, one.send(1));
        assertFalse(two.pending(1));
        assertEquals(0, one.close(1));
        assertEquals("ipi vcpu 0", two.told(1));
    }

    @Test
    void aStateThatIsRestoredWithoutItsPeerSendsToNobody() {
        connect();
        SavedState old = one.saved();
        World elsewhere = new World();
        TestMachine copy = elsewhere.machine(300, 2, BindingTest.DUMMY);
        copy.restore(old);

        assertEquals("connected to 400:1 vcpu 0", copy.told(1));
        assertEquals(0, copy.send(1));
        copy.channels.reset();
        copy.restore(old);
        assertEquals(0, copy.close(1));
        assertEquals("closed vcpu 0", copy.told(1));
    }

    @Test
    void bothMachinesMayBeRestoredElsewhereInEitherOrder() {
        connect();
        SavedState first = one.saved();
        SavedState second = two.saved();
        World elsewhere = new World();
        TestMachine oneThere = elsewhere.machine(300, 2, BindingTest.DUMMY);
        oneThere.restore(first);
        assertEquals(0, oneThere.send(1));
        TestMachine twoThere = elsewhere.machine(400, 2, BindingTest.DUMMY);
        twoThere.restore(second);
        assertEquals(0, oneThere.send(1));
        assertTrue(twoThere.pending(1));
        assertFalse(two.pending(1));
        twoThere.send(1);
        assertTrue(oneThere.pending(1));
        world.lose(300);
        assertEquals(0, two.send(1));
    }
}
