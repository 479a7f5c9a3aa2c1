/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two-level ABI (XEN-078 to XEN-093). */
class TwoLevelTest {
    private final World world = new World();
    private final TestMachine machine = world.machine(1);

    private int ipi(int vcpu) {
        return (int) machine.bindIpi(vcpu);
    }

    @Test
    void anEventSetsPendingSelectorAndUpcallInThatOrder() {
        int port = ipi(1);
        assertEquals(0, machine.send(port));

        assertTrue(machine.pending(port));
        assertEquals(1, machine.selector(1));
        assertTrue(machine.upcallPending(1));
        assertEquals(1, machine.upcalls.edges[1]);
        assertEquals(List.of(port), machine.upcalls.woken);
        assertEquals(0, machine.selector(0));
        assertFalse(machine.upcallPending(0));
    }

    @Test
    void aSecondEventChangesNothingUntilTheFirstIsConsumed() {
        int port = ipi(0);
        machine.send(port);
        machine.takeUpcall(0);
        machine.send(port);

        assertEquals(0, machine.selector(0), "the guest consumed the selector and left the port pending");
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(List.of(port), machine.upcalls.woken);

        machine.clear(port);
        machine.send(port);
        assertEquals(2, machine.upcalls.edges[0]);
        assertEquals(List.of(port, port), machine.upcalls.woken);
    }

    @Test
    void anEventOnAMaskedPortSetsPendingOnlyAndWakesPollers() {
        int port = ipi(0);
        machine.mask(port);
        machine.send(port);

        assertTrue(machine.pending(port));
        assertTrue(machine.masked(port));
        assertEquals(0, machine.selector(0));
        assertEquals(0, machine.upcalls.edges[0]);
        assertEquals(List.of(port), machine.upcalls.woken);
        assertEquals(PollState.PENDING, machine.channels.pollState(port));
    }

    @Test
    void portsOfOneWordShareTheSelectorBit() {
        int first = ipi(0);
        int second = ipi(0);
        machine.send(first);
        machine.shared.store8(0, 0);
        machine.send(second);

        assertTrue(machine.pending(second));
        assertEquals(1, machine.selector(0));
        assertEquals(1, machine.upcalls.edges[0], "an upcall is owed already");
        assertFalse(machine.upcallPending(0));
        assertEquals(List.of(first, second), machine.upcalls.woken);
    }

    @Test
    void anUpcallThatIsPendingIsNotRaisedAgain() {
        int first = ipi(0);
        for (int i = 0; i < 64; i++) {
            ipi(0);
        }
        machine.send(first);
        machine.send(64);
        assertEquals(3, machine.selector(0));
        assertEquals(1, machine.upcalls.edges[0]);
    }

    @Test
    void unmaskDeliversToTheVcpuOfThePort() {
        int port = ipi(1);
        machine.mask(port);
        machine.send(port);
        assertEquals(0, machine.unmask(port));

        assertFalse(machine.masked(port));
        assertEquals(1, machine.selector(1));
        assertEquals(1, machine.upcalls.edges[1]);
        assertEquals(List.of(port), machine.upcalls.woken, "unmask itself wakes nobody");
    }

    @Test
    void unmaskOfAQuietPortClearsTheMaskOnly() {
        int port = ipi(0);
        machine.mask(port);
        assertEquals(0, machine.unmask(port));
        assertFalse(machine.masked(port));
        assertEquals(0, machine.upcalls.edges[0]);
    }

    @Test
    void unmaskOfAPortThatIsNotMaskedDoesNothing() {
        int port = ipi(0);
        machine.send(port);
        machine.takeUpcall(0);
        assertEquals(0, machine.unmask(port));
        assertEquals(0, machine.selector(0));
        assertEquals(1, machine.upcalls.edges[0]);
    }

    @Test
    void unmaskOfAFreePortLeavesItsMaskAlone() {
        machine.mask(3);
        machine.mask(0);
        assertEquals(0, machine.unmask(3));
        assertEquals(0, machine.unmask(0));
        assertTrue(machine.masked(3));
        assertTrue(machine.masked(0));
    }

    @Test
    void aSelectorBitThatIsSetMeansThatAnUpcallIsOwed() {
        int port = ipi(0);
        machine.shared.store64(TwoLevelAbi.SELECTOR, -1);
        machine.send(port);
        assertTrue(machine.pending(port));
        assertEquals(0, machine.upcalls.edges[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {63, 64, 65, 127, 128, 1023, 4095})
    void aPortHasItsBitInItsWord(int port) {
        TestMachine big = world.machine(2, 1, BindingTest.with(131071, EventSettings.Xsm.SILO));
        while (big.bindIpi(0) < port) {
            // up to the port
        }
        big.mask(port);
        big.send(port);
        assertEquals(1L << port % 64, big.shared.load64(0x30 + port / 64 * 8));
        big.unmask(port);
        assertEquals(0, big.shared.load64(0x230 + port / 64 * 8));
        assertEquals(1L << port / 64, big.selector(0));
        assertEquals(PollState.PENDING, big.channels.pollState(port));
        big.close(port);
        assertEquals(0, big.shared.load64(0x30 + port / 64 * 8));
    }

    @Test
    void closeTakesTheEventAndLeavesMaskSelectorAndUpcall() {
        int port = ipi(0);
        machine.send(port);
        machine.mask(port);
        assertEquals(0, machine.close(port));

        assertFalse(machine.pending(port));
        assertTrue(machine.masked(port));
        assertEquals(1, machine.selector(0));
        assertTrue(machine.upcallPending(0));
        assertEquals(0, machine.ports.vcpu(port));
    }

    @Test
    void rebindingAPendingPortTellsNobody() {
        int port = (int) machine.allocUnbound(TestMachine.SELF, TestMachine.SELF);
        int peer = (int) machine.bindInterdomain(TestMachine.SELF, port);
        machine.clear(peer);
        machine.takeUpcall(0);
        machine.send(peer);
        assertEquals(0, machine.bindVcpu(port, 1));
        assertEquals(1, machine.selector(0));
        assertEquals(0, machine.selector(1));
        machine.send(peer);
        assertEquals(0, machine.selector(1));

        machine.clear(port);
        machine.send(peer);
        assertEquals(1, machine.selector(1));
        assertEquals(1, machine.upcalls.edges[1]);
    }

    @Test
    void aGuestThatMasksRebindsAndUnmasksLosesNothing() {
        int port = (int) machine.allocUnbound(TestMachine.SELF, TestMachine.SELF);
        int peer = (int) machine.bindInterdomain(TestMachine.SELF, port);
        machine.mask(port);
        machine.send(peer);
        machine.bindVcpu(port, 1);
        machine.unmask(port);
        assertEquals(1, machine.selector(1));
        assertEquals(1, machine.upcalls.edges[1]);
    }

    @Test
    void anEmulatorMayTellTheNewVcpu() {
        TestMachine odd = world.machine(2, 2, BindingTest.odd());
        int port = (int) odd.allocUnbound(TestMachine.SELF, TestMachine.SELF);
        int peer = (int) odd.bindInterdomain(TestMachine.SELF, port);
        odd.send(peer);
        odd.bindVcpu(port, 0);
        assertEquals(0, odd.selector(1));
        odd.bindVcpu(port, 1);
        assertEquals(1, odd.selector(1));
        odd.mask(port);
        odd.takeUpcall(0);
        odd.bindVcpu(port, 0);
        assertEquals(0, odd.selector(0), "it is masked");
        odd.clear(port);
        odd.unmask(port);
        odd.bindVcpu(port, 1);
        assertEquals(1, odd.upcalls.edges[1], "it is not pending");
    }

    @Test
    void bitsThatAGuestSetsItselfConcernItsOwnPortsOnly() {
        int port = ipi(0);
        int other = ipi(0);
        for (int i = 0; i < 64; i++) {
            machine.shared.store64(TwoLevelAbi.PENDING + 8 * i, i == 0 ? 1L << port : -1);
            machine.shared.store64(TwoLevelAbi.MASK + 8 * i, i == 0 ? 0 : -1);
        }
        machine.send(port);
        assertEquals(0, machine.upcalls.edges[0]);
        machine.send(other);
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(3, machine.bindIpi(0), "the bits of a free port say nothing about it");
        assertEquals(4096, TwoLevelAbi.PORTS);
    }

    @Test
    void theRestOfVcpuInfoStaysAsItIs() {
        int port = ipi(1);
        var info = machine.upcalls.infoFrame(1);
        int at = machine.upcalls.infoOffset(1);
        for (int i = 0; i < TestMachine.INFO; i += 8) {
            info.store64(at + i, 0x5A5A_5A5A_5A5A_5A00L);
        }
        info.store64(at + 8, 0);
        machine.send(port);
        assertEquals(0x5A5A_5A5A_5A5A_5A01L, info.load64(at));
        assertEquals(1, info.load64(at + 8));
        for (int i = 16; i < TestMachine.INFO; i += 8) {
            assertEquals(0x5A5A_5A5A_5A5A_5A00L, info.load64(at + i));
        }
    }
}
