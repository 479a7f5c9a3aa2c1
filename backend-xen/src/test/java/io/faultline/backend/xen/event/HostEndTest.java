/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.xen.hypercall.XenError;
import org.junit.jupiter.api.Test;

/** Channels to the toolstack, and ports that the hypervisor consumes itself (xen.md 4.7). */
class HostEndTest {
    private static final int SELF = TestMachine.SELF;

    private final World world = new World();
    private final TestMachine machine = world.machine(3);
    private int told;
    private final HostEnd end = () -> told++;

    @Test
    void aToolstackPortIsConnectedToDomainZeroAndQuiet() {
        int console = machine.channels.register(end);
        int port = machine.channels.open(console);
        assertEquals(1, port);
        assertEquals("connected to 0:1 vcpu 0", machine.told(1));
        assertFalse(machine.pending(1));
        assertEquals(1, machine.channels.guestPort(console));
        assertEquals(-XenError.EINVAL, machine.channels.open(console), "it is connected");
        assertEquals(-XenError.EINVAL, machine.channels.open(7));
        assertEquals(-XenError.EINVAL, machine.channels.open(0));
        assertEquals(-XenError.EINVAL, machine.channels.open(-1));

        assertEquals(0, machine.send(1));
        assertEquals(1, told);
        assertTrue(machine.channels.raise(1));
        assertTrue(machine.pending(1));
        assertEquals(1, machine.upcalls.edges[0]);
    }

    @Test
    void theHostRaisesItsOwnPortsOnly() {
        machine.bindIpi(0);
        machine.bindInterdomain(SELF, machine.allocUnbound(SELF, SELF));
        machine.channels.openXenOwned(machine.channels.consumer(end), 0);
        for (int port : new int[] {-1, 0, 1, 2, 3, 4, 5, 64}) {
            assertFalse(machine.channels.raise(port), "port " + port);
        }
        assertFalse(machine.pending(1));
    }

    @Test
    void aPortThatTheGuestClosedCanBeConnectedAgain() {
        int console = machine.channels.register(end);
        machine.channels.open(console);
        assertEquals(0, machine.close(1));
        assertEquals(0, machine.channels.guestPort(console));
        assertFalse(machine.channels.raise(1));

        machine.bindIpi(0);
        assertEquals(2, machine.bindInterdomain(0, console));
        assertEquals(2, machine.channels.guestPort(console));
        assertEquals(-XenError.EINVAL, machine.bindInterdomain(0, console));
        machine.send(2);
        assertEquals(1, told);
    }

    @Test
    void theHostAcceptsWhatTheGuestOffersAndIsToldAtOnce() {
        int device = machine.channels.register(end);
        assertEquals(1, machine.allocUnbound(SELF, 0));
        assertEquals(2, machine.allocUnbound(SELF, SELF));
        assertEquals(0, machine.send(1));
        assertEquals(0, told);
        assertEquals(-XenError.EINVAL, machine.channels.accept(device, 2), "offered to somebody else");
        assertEquals(-XenError.EINVAL, machine.channels.accept(device, 9));
        assertEquals(-XenError.EINVAL, machine.channels.accept(device + 1, 1));
        assertEquals(0, machine.channels.accept(device, 1));
        assertEquals(1, told);
        assertEquals("connected to 0:1 vcpu 0", machine.told(1));
        machine.send(1);
        assertEquals(2, told);
        assertEquals(-XenError.EINVAL, machine.channels.accept(device, 1));
    }

    @Test
    void aHostEndThatGoesLeavesThePortWaiting() {
        int device = machine.channels.register(end);
        machine.channels.open(device);
        machine.channels.unregister(device);
        machine.channels.unregister(device);
        machine.channels.unregister(99);
        assertEquals("unbound for 0 vcpu 0", machine.told(1));
        assertEquals(0, machine.send(1));
        assertEquals(0, told);
        assertEquals(0, machine.channels.guestPort(device));
        assertEquals(device, machine.channels.register(end), "the number is free again");
        assertEquals(0, machine.channels.accept(device, 1));
    }

    @Test
    void thereIsALimitToHostEnds() {
        for (int i = 1; i <= HostEnds.MOST; i++) {
            assertEquals(i, machine.channels.register(end));
        }
        assertEquals(-XenError.ENOSPC, machine.channels.register(end));
    }

    @Test
    void aToolstackThatWantsMorePortsThanThereAreIsToldSo() {
        TestMachine small = world.machine(4, 1, BindingTest.with(1, EventSettings.Xsm.SILO));
        assertEquals(1, small.channels.open(small.channels.register(end)));
        assertEquals(-XenError.ENOSPC, small.channels.open(small.channels.register(end)));
        assertEquals(-XenError.ENOSPC, small.channels.openXenOwned(small.channels.consumer(end), 0));
    }

    @Test
    void aHostEndMayAnswerInsideTheCall() {
        int[] port = new int[1];
        port[0] = machine.channels.open(machine.channels.register(() -> machine.channels.raise(port[0])));
        assertEquals(0, machine.send(port[0]));
        assertTrue(machine.pending(port[0]));
    }

    @Test
    void resetClosesThePortsOfTheToolstackButNotThoseOfTheHypervisor() {
        int console = machine.channels.register(end);
        machine.channels.open(console);
        int owned = machine.channels.openXenOwned(machine.channels.consumer(end), 0);
        machine.bindIpi(0);
        assertEquals(0, machine.reset(SELF));

        assertEquals("closed vcpu 0", machine.told(1));
        assertEquals("unbound for 0 vcpu 0", machine.told(owned));
        assertEquals("closed vcpu 0", machine.told(3));
        assertEquals(1, machine.channels.open(console));
    }

    @Test
    void aPortOfTheHypervisorRunsItsConsumerWhenTheOtherEndSends() {
        TestMachine owner = world.machine(6, 1, BindingTest.DUMMY);
        TestMachine helper = world.machine(7, 1, BindingTest.DUMMY);
        int owned = owner.channels.openXenOwned(owner.channels.consumer(end), 7);
        assertEquals("unbound for 7 vcpu 0", owner.told(owned));
        owner.channels.sendXenOwned(owned);
        assertEquals(1, helper.bindInterdomain(6, owned));
        assertEquals("connected to 7:1 vcpu 0", owner.told(owned));
        helper.clear(1);
        helper.send(1);
        assertEquals(1, told);
        assertFalse(owner.pending(owned), "the guest sees nothing of it");
        owner.channels.sendXenOwned(owned);
        assertTrue(helper.pending(1));

        assertEquals(-XenError.EINVAL, owner.close(owned));
        assertEquals(-XenError.EINVAL, owner.send(owned));
        assertEquals(-XenError.EINVAL, owner.bindVcpu(owned, 0));
        owner.mask(owned);
        assertEquals(0, owner.unmask(owned));
        assertTrue(owner.masked(owned));
        assertEquals(PollState.UNUSABLE, owner.channels.pollState(owned));
        owner.fifo(1);
        assertEquals(-XenError.EACCES, owner.setPriority(owned, 1));

        owner.channels.closeXenOwned(owned);
        assertEquals("closed vcpu 0", owner.told(owned));
        assertEquals("unbound for 6 vcpu 0", helper.told(1));
        assertEquals(owned, owner.bindIpi(0));
        assertEquals(0, owner.send(owned), "the next user of the number is a guest");
    }

    @Test
    void anOlderXenTellsNothingOfPortsOfTheHypervisor() {
        TestMachine odd = world.machine(6, 1, BindingTest.odd());
        odd.channels.openXenOwned(odd.channels.consumer(end), 0);
        assertEquals("error " + -XenError.EACCES, odd.told(1));
        assertEquals(2, odd.bindIpi(0));
        assertEquals("ipi vcpu 0", odd.told(2));
    }

    @Test
    void aPortOfTheHypervisorMayOutliveTheFifoAbi() {
        TestMachine big = world.machine(6, 1, BindingTest.with(131071, EventSettings.Xsm.SILO))
                .fifo(1);
        for (int port = 1; port < 5000; port++) {
            big.bindIpi(0);
        }
        int owned = big.channels.openXenOwned(big.channels.consumer(end), 0);
        assertEquals(5000, owned);
        assertEquals(0, big.reset(SELF));
        assertEquals("unbound for 0 vcpu 0", big.told(owned));
        assertEquals(0, big.unmask(4500), "it was valid once");
        big.channels.closeXenOwned(owned);
        assertEquals("closed vcpu 0", big.told(owned));
    }
}
