/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.xen.event.abi.Undeliverable;
import io.faultline.backend.xen.hypercall.XenError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How ports come into use (XEN-044 to XEN-058, XEN-060 to XEN-063). */
class BindingTest {
    private static final int SELF = TestMachine.SELF;
    private static final int EINVAL = -XenError.EINVAL;
    private static final int EPERM = -XenError.EPERM;
    private static final int ESRCH = -XenError.ESRCH;

    static final EventSettings DUMMY = with(1023, EventSettings.Xsm.DUMMY);

    static EventSettings with(int maxPorts, EventSettings.Xsm xsm) {
        EventSettings standard = EventSettings.DEFAULT;
        return new EventSettings(
                maxPorts,
                xsm,
                standard.fifo(),
                standard.globalVirq(),
                standard.rebinding(),
                standard.undeliverable(),
                standard.expandError(),
                standard.xenOwnedStatus(),
                standard.xenOwnedPorts());
    }

    static EventSettings odd() {
        return new EventSettings(
                1023,
                EventSettings.Xsm.DUMMY,
                EventSettings.Fifo.PRESENT,
                EventSettings.GlobalVirq.SILENT,
                EventSettings.Rebinding.RAISED,
                Undeliverable.PENDING,
                EventSettings.ExpandError.ENOSYS,
                EventSettings.XenOwnedStatus.REFUSED,
                0);
    }

    private final World world = new World();
    private final TestMachine machine = world.machine(5);

    @Test
    void numbersAreGivenFromOneUpwardsAndTheLowestFreeOneFirst() {
        for (int port = 1; port <= 200; port++) {
            assertEquals(port, machine.bindIpi(0));
        }
        machine.close(150);
        machine.close(7);
        machine.close(64);

        assertEquals(7, machine.bindIpi(0));
        assertEquals(64, machine.allocUnbound(SELF, SELF));
        assertEquals(150, machine.bindVirq(0, 0));
        assertEquals(201, machine.bindIpi(1));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "62,62", "63,63", "64,64", "127,127", "1023,1023", "4095,4095", "131071,4095"})
    void thereIsNoPortBeyondTheLimitOfTheDomainOrTheAbi(int limit, int expected) {
        TestMachine limited = world.machine(6, 1, with(limit, EventSettings.Xsm.SILO));
        for (int port = 1; port <= expected; port++) {
            assertEquals(port, limited.bindIpi(0));
        }

        assertEquals(-XenError.ENOSPC, limited.bindIpi(0));
        assertEquals(-XenError.ENOSPC, limited.allocUnbound(SELF, SELF));
        assertEquals(-XenError.ENOSPC, limited.bindVirq(0, 0));
        assertEquals(-XenError.ENOSPC, limited.bindInterdomain(SELF, 1));

        limited.close(expected);
        assertEquals(expected, limited.bindIpi(0));
    }

    @Test
    void inFifoModeThereAreAsManyPortsAsTheLimitAllows() {
        TestMachine big =
                world.machine(6, 1, with(131071, EventSettings.Xsm.SILO)).fifo(1);
        for (int port = 1; port < 131072; port++) {
            assertEquals(port, big.bindIpi(0));
        }
        assertEquals(-XenError.ENOSPC, big.bindIpi(0));
        assertEquals(131072, big.ports.valid());
        assertEquals(EINVAL, big.send(131072));
        assertEquals(0, big.send(131071));
        assertEquals(0, big.close(100_000));
        assertEquals(100_000, big.bindIpi(0));
    }

    @Test
    void anOfferNamesTheDomainByItsNumber() {
        assertEquals("unbound for 5 vcpu 0", machine.told(machine.allocUnbound(SELF, SELF)));
        assertEquals("unbound for 5 vcpu 0", machine.told(machine.allocUnbound(5, 5)));
        assertEquals("unbound for 0 vcpu 0", machine.told(machine.allocUnbound(SELF, 0)));
        assertFalse(machine.pending(1));
    }

    @ParameterizedTest
    @CsvSource({
        "9, 5, -1", // another domain exists, and is not the caller's
        "0, 5, -1",
        "77, 5, -3",
        "0x7FF1, 5, -3",
        "0x7FFF, 5, -3",
        "0xFFFF, 5, -3",
        "5, 9, -1", // SILO
        "5, 77, -3",
        "5, 0x7FF4, -3"
    })
    void anOfferThatIsNotAllowedTakesNoPort(String owner, String remote, int error) {
        world.machine(9);
        assertEquals(error, machine.allocUnbound(Integer.decode(owner), Integer.decode(remote)));
        assertEquals(1, machine.bindIpi(0));
        assertEquals(1, world.machine(9).bindIpi(0));
    }

    @Test
    void anOtherDomainThatIsFullSaysSoFirst() {
        TestMachine full = world.machine(9, 1, with(1, EventSettings.Xsm.SILO));
        full.bindIpi(0);
        assertEquals(-XenError.ENOSPC, machine.allocUnbound(9, SELF));
    }

    @Test
    void underTheDummyPolicyAnOfferMayBeForAnyNumber() {
        TestMachine free = world.machine(6, 1, DUMMY);
        assertEquals("unbound for 77 vcpu 0", free.told(free.allocUnbound(SELF, 77)));
        assertEquals("unbound for 65535 vcpu 0", free.told(free.allocUnbound(SELF, 0xFFFF)));
        assertEquals(EPERM, free.allocUnbound(5, 6));
    }

    @Test
    void twoPortsOfOneDomainAreConnected() {
        long remote = machine.allocUnbound(SELF, SELF);
        long local = machine.bindInterdomain(SELF, remote);

        assertEquals("connected to 5:2 vcpu 0", machine.told(remote));
        assertEquals("connected to 5:1 vcpu 0", machine.told(local));
        assertTrue(machine.pending(2), "what was sent before is not to be lost");
        assertFalse(machine.pending(1));
        assertEquals(1, machine.upcalls.edges[0]);
    }

    @Test
    void onlyAPortThatIsOfferedToTheCallerCanBeConnectedTo() {
        TestMachine free = world.machine(6, 2, DUMMY);
        long unbound = free.allocUnbound(SELF, SELF);
        long local = free.bindInterdomain(SELF, unbound);
        long forOther = free.allocUnbound(SELF, 5);
        long virq = free.bindVirq(0, 0);
        long ipi = free.bindIpi(0);
        long next = ipi + 1;

        for (long bad : new long[] {0, unbound, local, forOther, virq, ipi, next, 63, 64, 4096, 0xFFFF_FFFFL}) {
            assertEquals(EINVAL, free.bindInterdomain(SELF, bad), "port " + bad);
        }
        assertEquals(ESRCH, free.bindInterdomain(78, forOther));
        assertEquals(EINVAL, free.bindInterdomain(0, 1));
        assertEquals(next, free.bindIpi(0));
    }

    @Test
    void siloKeepsTwoMachinesApartAlsoIfOneOfThemOffers() {
        TestMachine generous = world.machine(6, 1, DUMMY);
        long port = generous.allocUnbound(SELF, 5);
        assertEquals(EPERM, machine.bindInterdomain(6, port));
        assertEquals(1, machine.bindIpi(0));
        assertEquals("unbound for 5 vcpu 0", generous.told(port));
    }

    @ParameterizedTest
    @CsvSource({
        "24, 0, -22",
        "0xFFFFFFFF, 0, -22",
        "0x80000000, 0, -22", // no such VIRQ, before anything else
        "2, 1, -22",
        "11, 1, -22",
        "2, 99, -22", // only for vCPU 0
        "0, 2, -2",
        "1, 0xFFFFFFFF, -2", // no such vCPU
        "2, 0, -16",
        "3, 0, -16",
        "5, 0, -16",
        "10, 0, -16",
        "16, 0, -16",
        "23, 0, -16"
    })
    void aVirqThatCannotBeBoundTakesNoPort(String virq, String vcpu, int error) {
        assertEquals(error, machine.bindVirq(Long.decode(virq), Long.decode(vcpu)));
        assertEquals(1, machine.bindIpi(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 13})
    void aVirqOfAVcpuIsBoundOncePerVcpu(int virq) {
        assertEquals(1, machine.bindVirq(virq, 0));
        assertEquals(2, machine.bindVirq(virq, 1));
        assertEquals(-XenError.EEXIST, machine.bindVirq(virq, 0));
        assertEquals(-XenError.EEXIST, machine.bindVirq(virq, 1));
        assertEquals("virq " + virq + " vcpu 1", machine.told(2));

        assertTrue(machine.channels.raiseVirq(virq, 1));
        assertTrue(machine.pending(2));
        assertFalse(machine.pending(1));
        assertEquals(1, machine.upcalls.edges[1]);
    }

    @Test
    void aVirqOfTheDomainFollowsItsPort() {
        long port = machine.bindVirq(11, 0);
        assertEquals(-XenError.EEXIST, machine.bindVirq(11, 0));
        assertEquals(0, machine.bindVcpu(port, 1));
        assertTrue(machine.channels.raiseVirq(11, 0));
        assertEquals(1, machine.selector(1));
        assertEquals(0, machine.selector(0));
        assertEquals(0, machine.close(port));
        assertFalse(machine.channels.raiseVirq(11, 0));
        assertEquals(port, machine.bindVirq(11, 0));
    }

    @Test
    void aVirqIsDroppedUntilItIsBoundAndAfterItsPortIsClosed() {
        assertFalse(machine.channels.raiseVirq(0, 0));
        long port = machine.bindVirq(0, 0);
        assertTrue(machine.channels.raiseVirq(0, 0));
        machine.close(port);
        assertFalse(machine.pending((int) port));
        assertFalse(machine.channels.raiseVirq(0, 0));
        assertEquals(1, machine.bindIpi(1));
        assertFalse(machine.pending(1), "an old VIRQ does not reach the next user of its port");
        assertEquals(2, machine.bindVirq(0, 0));
    }

    @Test
    void anOlderXenBindsAGlobalVirqThatNeverFires() {
        TestMachine old = world.machine(6, 1, odd());
        assertEquals(1, old.bindVirq(2, 0));
        assertEquals(-XenError.EEXIST, old.bindVirq(2, 0));
    }

    @Test
    void anIpiIsForTheVcpuThatItNames() {
        assertEquals(1, machine.bindIpi(1));
        assertEquals(2, machine.bindIpi(1));
        assertEquals(-XenError.ENOENT, machine.bindIpi(2));
        assertEquals(-XenError.ENOENT, machine.bindIpi(0xFFFF_FFFFL));
        assertEquals("ipi vcpu 1", machine.told(2));

        assertEquals(0, machine.send(2));
        assertEquals(1, machine.upcalls.edges[1]);
        assertEquals(0, machine.upcalls.edges[0]);
        assertTrue(machine.pending(2));
    }

    @Test
    void thereAreNoPhysicalInterrupts() {
        machine.memory().u32(0, 1).u32(4, 0);
        assertEquals(-XenError.EOPNOTSUPP, machine.call(EventChannelOps.BIND_PIRQ));
    }

    @Test
    void aPortThatCannotBeToldExistsAllTheSame() {
        machine.caller.writable = false;
        machine.memory().u16(0, SELF).u16(2, SELF);
        assertEquals(-XenError.EFAULT, machine.call(EventChannelOps.ALLOC_UNBOUND));
        machine.memory().u32(0, 0);
        assertEquals(-XenError.EFAULT, machine.call(EventChannelOps.BIND_IPI));
        machine.memory().u32(0, 0).u32(4, 0);
        assertEquals(-XenError.EFAULT, machine.call(EventChannelOps.BIND_VIRQ));
        machine.memory().u16(0, SELF).u32(4, 1);
        assertEquals(-XenError.EFAULT, machine.call(EventChannelOps.BIND_INTERDOMAIN));
        machine.memory().u64(0, TestMachine.RAM_GFN).u64(8, 0);
        assertEquals(-XenError.EFAULT, machine.call(EventChannelOps.INIT_CONTROL));
        assertEquals(-XenError.EFAULT, machine.status(SELF, 1));
        machine.caller.writable = true;

        assertEquals("connected to 5:4 vcpu 0", machine.told(1));
        assertEquals("ipi vcpu 0", machine.told(2));
        assertEquals("virq 0 vcpu 0", machine.told(3));
        assertEquals("connected to 5:1 vcpu 0", machine.told(4));
        assertEquals(0, machine.expandArray(TestMachine.RAM_GFN + 8), "the FIFO ABI is in use");
    }

    @Test
    void whatACallDoesNotWriteStaysInTheStructure() {
        java.util.Arrays.fill(machine.caller.memory, (byte) 0xAA);
        machine.memory().u16(0, SELF).u16(2, 5);
        assertEquals(0, machine.call(EventChannelOps.ALLOC_UNBOUND));
        assertEquals(SELF, machine.memory().u16(0));
        assertEquals(5, machine.memory().u16(2));
        assertEquals(0xAAAA_AAAA, machine.memory().u32(8));
    }
}
