/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.backend.xen.event.abi.EventWord;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How events are queued (XEN-109 to XEN-126, XEN-138). */
class FifoQueueTest {
    private static final int SELF = TestMachine.SELF;

    private final World world = new World();
    private final TestMachine machine = world.machine(1).fifo(1);
    private final FifoGuest guest = new FifoGuest(machine, 0);
    private final FifoGuest other = new FifoGuest(machine, 1);

    @BeforeEach
    void portsOneToSevenAreIpisOfVcpuZero() {
        for (int i = 0; i < 7; i++) {
            machine.bindIpi(0);
        }
    }

    private void send(int... ports) {
        for (int port : ports) {
            assertEquals(0, machine.send(port));
        }
    }

    @Test
    void theFirstEventBecomesTheHead() {
        send(1);
        assertEquals("P-L-0", machine.shown(1));
        assertEquals(1, machine.head(0, 7));
        assertEquals(1 << 7, machine.ready(0));
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(List.of(1), machine.upcalls.woken);
        assertEquals(PollState.PENDING, machine.channels.pollState(1));
    }

    @Test
    void theSecondIsAppendedAndNobodyIsToldAgain() {
        send(1, 2, 3);
        assertEquals("P-L-2", machine.shown(1));
        assertEquals("P-L-3", machine.shown(2));
        assertEquals("P-L-0", machine.shown(3));
        assertEquals(1, machine.head(0, 7));
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(List.of(1, 2, 3), machine.upcalls.woken);
    }

    @Test
    void eventsComeOutInTheOrderInWhichTheyCame() {
        send(3, 1, 2, 7, 5);
        assertEquals(List.of(3, 1, 2, 7, 5), guest.drain());
        send(5, 1);
        assertEquals(List.of(5, 1), guest.drain());
        assertEquals(List.of(), guest.drain());
    }

    @Test
    void eachPriorityHasItsQueueAndTheHighestComesFirst() {
        machine.setPriority(3, 3);
        machine.setPriority(4, 15);
        machine.setPriority(5, 0);
        send(1, 4, 3, 2, 5);
        assertEquals(1 << 0 | 1 << 3 | 1 << 7 | 1 << 15, machine.ready(0));
        assertEquals(5, machine.head(0, 0));
        assertEquals(3, machine.head(0, 3));
        assertEquals(1, machine.head(0, 7));
        assertEquals(4, machine.head(0, 15));
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(List.of(5, 3, 1, 2, 4), guest.drain());
    }

    @Test
    void aMaskedEventIsPendingUntilItIsUnmasked() {
        guest.mask(1);
        send(1);
        assertEquals("PM--0", machine.shown(1));
        assertEquals(0, machine.ready(0));
        assertEquals(List.of(1), machine.upcalls.woken);
        guest.unmask(1);
        assertEquals("P-L-0", machine.shown(1));
        assertEquals(List.of(1), machine.upcalls.woken, "pending it was before");
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(List.of(1), guest.drain());
    }

    @Test
    void unmaskOfAQuietPortClearsTheMaskOnly() {
        guest.mask(1);
        assertEquals(0, machine.unmask(1));
        assertEquals("----0", machine.shown(1));
        assertEquals(0, machine.ready(0));
    }

    @Test
    void anEventMaskedWhileQueuedIsSkippedAndQueuedAgainByUnmask() {
        send(1, 2);
        guest.mask(1);
        assertEquals(List.of(2), guest.drain());
        assertEquals("PM--0", machine.shown(1));
        guest.unmask(1);
        assertEquals(List.of(1), guest.drain());
    }

    @Test
    void anEventThatIsQueuedIsNotQueuedAgain() {
        send(1, 2);
        var before = machine.saved();
        send(1, 2, 1);
        assertEquals(before, machine.saved());
        assertEquals(List.of(1, 2), machine.upcalls.woken);
    }

    @Test
    void anEventThatWasTakenOutButNotHandledIsQueuedAgain() {
        send(1);
        machine.word(1, EventWord.PENDING);
        machine.ready(0, 0);
        send(1);
        assertEquals("P-L-0", machine.shown(1));
        assertEquals(1 << 7, machine.ready(0));
        assertEquals(List.of(1), machine.upcalls.woken, "pending it was before");
    }

    @Test
    void anAppendedEventIsFoundThroughTheLinkEvenIfReadyWasTaken() {
        send(1, 2);
        assertEquals(List.of(1), guest.once());
        send(3);
        assertEquals(0, machine.ready(0), "no new head, no new ready bit");
        assertEquals(1, machine.head(0, 7));
        assertEquals(List.of(2, 3), guest.drain());
    }

    @Test
    void anEventAfterTheLastWasTakenIsANewHead() {
        send(1);
        assertEquals(List.of(1), guest.once());
        send(2);
        assertEquals(2, machine.head(0, 7));
        assertEquals(1 << 7, machine.ready(0));
        assertEquals("----0", machine.shown(1), "the old tail is not linked to it");
        assertEquals(2, machine.upcalls.edges[0]);
    }

    @Test
    void theOldTailMayComeAgainAndIsNotLinkedToItself() {
        send(1);
        guest.drain();
        send(1);
        assertEquals("P-L-0", machine.shown(1));
        assertEquals(1, machine.head(0, 7));
        send(2);
        assertEquals("P-L-2", machine.shown(1));
        assertEquals(List.of(1, 2), guest.drain());
    }

    @Test
    void anOldTailThatWentToAnotherPriorityIsForgottenByItsOldQueue() {
        send(1);
        guest.drain();
        machine.setPriority(1, 2);
        send(1);
        send(2);
        assertEquals("P-L-0", machine.shown(1));
        assertEquals(1, machine.head(0, 2));
        assertEquals(2, machine.head(0, 7));
        assertEquals(List.of(1, 2), guest.drain());
    }

    @Test
    void anOldTailThatWentToAnotherVcpuIsForgottenByItsOldQueue() {
        machine.allocUnbound(SELF, SELF);
        int peer = (int) machine.bindInterdomain(SELF, 8);
        guest.drain();
        send(peer);
        assertEquals(List.of(8), guest.drain());
        machine.bindVcpu(8, 1);
        send(peer, 1);
        assertEquals("P-L-0", machine.shown(8));
        assertEquals(8, machine.head(1, 7));
        assertEquals(1, machine.head(0, 7));
        assertEquals(List.of(1), guest.drain());
        assertEquals(List.of(8), other.drain());
    }

    @Test
    void aQueuedEventStaysOnItsQueueUntilItIsTaken() {
        machine.allocUnbound(SELF, SELF);
        int peer = (int) machine.bindInterdomain(SELF, 8);
        guest.drain();
        send(peer);
        machine.bindVcpu(8, 1);
        machine.setPriority(8, 1);
        send(peer);
        assertEquals(0, machine.ready(1));
        assertEquals(List.of(8), guest.drain());
        send(peer);
        assertEquals(1 << 1, machine.ready(1));
        assertEquals(List.of(8), other.drain());
    }

    @ParameterizedTest
    @EnumSource(EventSettings.Rebinding.class)
    void rebindingTellsNobodyInThisAbi(EventSettings.Rebinding rebinding) {
        EventSettings settings = rebinding == EventSettings.Rebinding.RAISED ? BindingTest.odd() : BindingTest.DUMMY;
        TestMachine machine = world.machine(2, 2, settings).fifo(1);
        machine.allocUnbound(SELF, SELF);
        int peer = (int) machine.bindInterdomain(SELF, 1);
        machine.send(peer);
        machine.bindVcpu(1, 1);
        assertEquals(0, machine.ready(1));
    }

    @Test
    void anEventForAVcpuWithoutBlockIsDropped() {
        TestMachine half = world.machine(2);
        half.initControl(0, TestMachine.RAM_GFN, 0);
        half.expandArray(TestMachine.RAM_GFN + 8);
        int port = (int) half.bindIpi(1);
        assertEquals(0, half.send(port));
        assertEquals("----0", half.shown(port));
        assertEquals(List.of(), half.upcalls.woken);
        assertEquals(0, half.upcalls.edges[1]);

        half.initControl(1, TestMachine.RAM_GFN, TestMachine.block(1));
        half.send(port);
        assertEquals("P-L-0", half.shown(port));
        assertEquals(1, half.upcalls.edges[1]);
    }

    @Test
    void anOlderXenMarksAnEventThatItDropsForWantOfABlock() {
        TestMachine half = world.machine(2, 2, BindingTest.odd());
        half.initControl(0, TestMachine.RAM_GFN, 0);
        half.expandArray(TestMachine.RAM_GFN + 8);
        int port = (int) half.bindIpi(1);
        half.send(port);
        half.send(port);
        assertEquals("P---0", half.shown(port));
        assertEquals(List.of(port), half.upcalls.woken);
        assertEquals(0, half.upcalls.edges[1]);
    }

    @Test
    void aClosedPortStaysInTheQueueAndItsNumberIsBusy() {
        send(1, 2, 3);
        assertEquals(0, machine.close(2));
        assertEquals("--L-3", machine.shown(2));
        assertEquals(8, machine.bindIpi(0), "2 is busy");
        send(8);
        assertEquals(List.of(1, 3, 8), guest.drain());
        assertEquals(2, machine.bindIpi(0));
        send(2);
        assertEquals(List.of(2), guest.drain());
    }

    @Test
    void ifAllThatIsLeftIsBusyThereIsNoRoom() {
        TestMachine small =
                world.machine(2, 1, BindingTest.with(3, EventSettings.Xsm.SILO)).fifo(1);
        for (int i = 0; i < 3; i++) {
            small.bindIpi(0);
        }
        small.send(2);
        small.close(2);
        assertEquals(-io.faultline.backend.xen.hypercall.XenError.ENOSPC, small.bindIpi(0));
        new FifoGuest(small, 0).drain();
        assertEquals(2, small.bindIpi(0));
    }

    @Test
    void bitsThatBelongToNobodyStay() {
        int foreign = 0x0FFE_0000;
        for (int port = 1; port < 4; port++) {
            machine.word(port, foreign);
        }
        send(1, 2, 3);
        machine.unmask(1);
        machine.close(3);
        for (int port = 1; port < 4; port++) {
            assertEquals(foreign, machine.word(port) & foreign);
        }
        assertEquals("P-L-2", machine.shown(1));
    }

    @Test
    void portZeroIsNeverQueued() {
        machine.send(0);
        machine.unmask(0);
        assertEquals(0, machine.word(0));
        assertEquals(0, machine.ready(0));
    }

    @Test
    void aReadyBitThatIsSetMeansThatAnUpcallIsOwed() {
        machine.ready(0, 0xFFFF);
        send(1);
        assertEquals(0, machine.upcalls.edges[0]);
        assertEquals(1, machine.head(0, 7));
    }

    @Test
    void aVcpuThatComesBackFindsWhatCameWhileItWasOff() {
        machine.bindIpi(1);
        machine.bindIpi(1);
        machine.send(8);
        machine.send(9);
        other.forget();
        assertEquals(List.of(8, 9), other.drain());
    }
}
