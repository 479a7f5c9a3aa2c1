/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.xen.event.abi.EventWord;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest may write into the memory that it shares with the hypervisor (XEN-090, XEN-139 to XEN-146). */
class HostileGuestTest {
    private static final int SELF = TestMachine.SELF;
    private static final int PORTS = 40;

    private final World world = new World();
    private final TestMachine machine = world.machine(1, 2, BindingTest.DUMMY).fifo(1);
    private final TestMachine victim = world.machine(2, 1, BindingTest.DUMMY);

    /** Ports 1 to 40 are IPIs; 41 is connected to port 1 of the victim. */
    HostileGuestTest() {
        for (int i = 0; i < PORTS; i++) {
            machine.bindIpi(i % 2);
        }
        machine.allocUnbound(SELF, 2);
        victim.bindInterdomain(1, PORTS + 1);
    }

    private void everythingIsUsed() {
        for (int port = 0; port <= PORTS + 1; port++) {
            machine.setPriority(port, port % 16);
            machine.send(port);
            machine.unmask(port);
            machine.channels.pollState(port);
        }
        assertEquals(0, victim.send(1));
        victim.clear(1);
        assertEquals(0, machine.send(PORTS + 1));
        assertTrue(victim.pending(1));
        for (int port = 1; port <= PORTS; port += 3) {
            boolean isOpen = machine.ports.isUsable(port);
            assertEquals(isOpen ? 0 : -22, machine.close(port));
        }
        for (int port = 1; port <= PORTS; port += 3) {
            long made = machine.bindIpi(1);
            assertTrue(made > 0 || made == -28, "a port, or no room");
        }
    }

    /** After the guest has cleaned up after itself it is served again. */
    private void aResetRestoresService() {
        assertEquals(0, machine.reset(SELF));
        for (int i = 0; i < 4096; i += 8) {
            machine.controlPage().store64(i, 0);
            machine.page(8).store64(i, 0);
            machine.shared.store64(i, 0);
        }
        machine.fifo(1);
        int port = (int) machine.bindIpi(1);
        assertEquals(1, port);
        machine.send(port);
        assertEquals(List.of(port), new FifoGuest(machine, 1).drain());
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x1FFFF,
                -1,
                0,
                EventWord.LINKED,
                EventWord.LINKED | 0x1FFFF,
                EventWord.BUSY,
                EventWord.PENDING | EventWord.LINKED | 0x1FFFF,
                0x0FFE_0000
            })
    void everyEventWordIsTheSameNonsense(int word) {
        for (int port = 0; port < 1024; port++) {
            machine.word(port, word);
        }
        everythingIsUsed();
        aResetRestoresService();
    }

    @Test
    void linksGoRoundInCircles() {
        for (int port = 1; port <= PORTS; port++) {
            machine.send(port);
        }
        for (int port = 1; port <= PORTS; port++) {
            machine.word(port, machine.word(port) & ~EventWord.LINK | port % 3 + 1);
        }
        everythingIsUsed();
        aResetRestoresService();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everythingIsRandomAllTheTime(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < 20; i++) {
                machine.word(random.nextInt(PORTS + 2), random.nextInt());
                machine.controlPage().store32(random.nextInt(64) * 4, random.nextInt());
                machine.shared.store64(random.nextInt(136) * 8, random.nextLong());
            }
            everythingIsUsed();
        }
        aResetRestoresService();
    }

    @Test
    void headsAreNeverRead() {
        machine.send(1);
        for (int i = 0; i < 16; i++) {
            machine.controlPage().store32(TestMachine.block(0) + 8 + 4 * i, 0xFFFF_FFFF);
        }
        machine.send(3);
        assertEquals("P-L-3", machine.shown(1));
        assertEquals(-1, machine.head(0, 7));
    }

    @Test
    void aLinkedBitThatTheGuestSetsConcernsThatPortOnly() {
        machine.word(1, EventWord.LINKED);
        machine.send(1);
        machine.send(3);
        assertEquals(0, machine.word(1) & EventWord.LINK);
        assertEquals(3, machine.head(0, 7));
        machine.close(1);
        assertEquals(PORTS + 2, machine.bindIpi(0), "the number stays busy");
    }

    @Test
    void takingAnElementOutOfTheMiddleLosesTheGuestsOwnEvents() {
        machine.send(1);
        machine.send(3);
        machine.send(5);
        machine.word(3, 0);
        machine.send(7);
        assertEquals("P-L-7", machine.shown(5));
        assertEquals(List.of(1), new FifoGuest(machine, 0).drain());
    }

    @Test
    void readyBitsThatTheGuestSetsSuppressItsOwnUpcallsOnly() {
        machine.ready(0, -1);
        machine.send(1);
        assertEquals(0, machine.upcalls.edges[0]);
        machine.send(2);
        assertEquals(1, machine.upcalls.edges[1]);
    }

    @Test
    void churnOfPrioritiesAndVcpusDoesNotHoldUpASender() {
        int port = PORTS + 1;
        for (int i = 0; i < 2000; i++) {
            machine.setPriority(port, i % 16);
            machine.bindVcpu(port, i % 2);
            assertEquals(0, victim.send(1));
            if (i % 7 == 0) {
                machine.word(port, 0);
            }
        }
    }

    @Test
    void allBitsSetInTheTwoLevelAbiHurtNobodyElse() {
        for (int i = 0x30; i < 0x430; i += 8) {
            victim.shared.store64(i, -1);
        }
        victim.shared.store64(8, -1);
        assertEquals(0, machine.send(PORTS + 1));
        assertEquals(2, victim.bindIpi(0));
        assertEquals(0, victim.send(2));
        assertEquals(0, victim.unmask(2));
        victim.send(1);
        assertEquals(PollState.PENDING, machine.channels.pollState(PORTS + 1));
    }
}
