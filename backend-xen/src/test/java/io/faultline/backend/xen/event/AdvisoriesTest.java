/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.Interleaving;
import io.faultline.backend.xen.hypercall.XenError;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One test for each bug of Xen's event channels (xen.md 9), named for what it teaches. */
class AdvisoriesTest {
    private static final int SELF = TestMachine.SELF;
    private static final long GFN = TestMachine.RAM_GFN;

    private final World world = new World();
    private final TestMachine machine = world.machine(1);

    private int ipi(int vcpu) {
        return (int) machine.bindIpi(vcpu);
    }

    @Test
    void xsa47AFailedExpandLeavesNoPageBehind() {
        machine.fifo(0);
        ipi(0);
        assertEquals(-XenError.EINVAL, machine.expandArray(-1));
        assertEquals(0, machine.array.pages());
        assertEquals(0, machine.send(1));
        assertEquals(0, machine.expandArray(GFN + 8));
        assertEquals("P-L-0", machine.shown(1));
    }

    @Test
    void git70ccddb14aReadyIsSetOnlyForANewHead() {
        machine.fifo(1);
        ipi(0);
        ipi(0);
        machine.send(1);
        machine.ready(0, 0);
        machine.send(2);
        assertEquals(0, machine.ready(0));
        assertEquals("P-L-2", machine.shown(1));
    }

    @Test
    void gitDae2a1c5f9ASenderDoesNotLoopWhileTheGuestRewritesTheTail() {
        int[] tries = new int[1];
        TestMachine[] hostile = new TestMachine[1];
        hostile[0] = world.machine(2, 1, EventSettings.DEFAULT, new AbstractModule() {
            @Override
            protected void configure() {
                bind(Interleaving.class).toInstance(new Interleaving() {
                    @Override
                    public void beforeQueueLock(int port) {}

                    @Override
                    public void beforeLinkWrite(int tail) {
                        tries[0]++;
                        hostile[0].word(tail, hostile[0].word(tail) ^ EventWord.MASKED);
                    }
                });
            }
        });
        hostile[0].fifo(1);
        hostile[0].bindIpi(0);
        hostile[0].bindIpi(0);
        hostile[0].send(1);
        assertEquals(0, hostile[0].send(2));
        assertEquals(5, tries[0]);
        assertEquals(0, hostile[0].word(1) & EventWord.BUSY);
    }

    @Test
    void git917c123029AnEventWithoutArrayPageIsRaisedLater() {
        machine.fifo(0);
        ipi(0);
        machine.send(1);
        machine.expandArray(GFN + 8);
        assertEquals(List.of(1), new FifoGuest(machine, 0).drain());
    }

    @Test
    void gitE33d4257fcAnOldTailReusedElsewhereCorruptsNeitherQueue() {
        machine.fifo(1);
        ipi(0);
        ipi(0);
        ipi(0);
        FifoGuest guest = new FifoGuest(machine, 0);
        machine.send(1);
        guest.drain();
        machine.setPriority(1, 0);
        machine.setPriority(3, 0);
        machine.send(1);
        machine.send(2);
        machine.send(3);
        assertEquals("P-L-3", machine.shown(1));
        assertEquals("P-L-0", machine.shown(2));
        assertEquals(List.of(1, 3, 2), guest.drain());
    }

    @Test
    void git470a160402AReusedPortHasTheDefaultPriority() {
        machine.fifo(1);
        ipi(0);
        machine.setPriority(1, 0);
        machine.close(1);
        ipi(0);
        machine.send(1);
        assertEquals(1 << 7, machine.ready(0));
    }

    @Test
    void xsa107AnEventForAVcpuWithoutControlBlockIsDropped() {
        machine.initControl(0, GFN, 0);
        machine.expandArray(GFN + 8);
        ipi(1);
        assertEquals(0, machine.send(1));
        assertEquals(0, machine.upcalls.edges[1]);
    }

    @Test
    void git78e24c269bABusyPortIsNotReused() {
        machine.fifo(1);
        ipi(0);
        machine.send(1);
        machine.close(1);
        assertEquals(2, ipi(0));
    }

    @Test
    void xsa188AFailedFirstInitControlRestoresTheTwoLevelAbi() {
        ipi(0);
        assertEquals(-XenError.EINVAL, machine.initControl(0, -1, 0));
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(GFN + 8));
        machine.send(1);
        assertTrue(machine.pending(1));
        assertEquals(0, machine.initControl(0, GFN, 0));
        assertEquals(0, machine.expandArray(GFN + 8));
    }

    @Test
    void xsa221PollOfAPortThatWasNeverAllocatedIsRefused() {
        for (int port : new int[] {0, 1, 63, 64, 1023, 4096, 131071, 131072, Integer.MAX_VALUE, -1}) {
            assertEquals(PollState.UNUSABLE, machine.channels.pollState(port));
        }
        machine.fifo(0);
        ipi(0);
        assertEquals(PollState.QUIET, machine.channels.pollState(1), "there is no event word for it");
    }

    @Test
    void xsa317ExhaustionIsAnErrorAndNoPort() {
        TestMachine small = world.machine(2, 1, BindingTest.with(5, EventSettings.Xsm.SILO));
        for (int i = 1; i <= 5; i++) {
            small.bindIpi(0);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(-XenError.ENOSPC, small.bindIpi(0));
            assertEquals(-XenError.ENOSPC, small.allocUnbound(SELF, SELF));
        }
        assertEquals("closed vcpu 0", small.told(6));
    }

    @Test
    void xsa338AValidPortStaysValidAfterReset() {
        TestMachine big = world.machine(2, 1, BindingTest.with(131071, EventSettings.Xsm.SILO))
                .fifo(0);
        while (big.bindIpi(0) < 4200) {
            // beyond the two-level ABI
        }
        big.reset(SELF);
        assertEquals("closed vcpu 0", big.told(4200));
    }

    @Test
    void xsa342TheLimitIsThatOfThePresentAbi() {
        TestMachine big = world.machine(2, 1, BindingTest.with(131071, EventSettings.Xsm.SILO));
        for (int port = 1; port < 4096; port++) {
            big.bindIpi(0);
        }
        assertEquals(-XenError.ENOSPC, big.bindIpi(0));
        big.mask(4095);
        big.send(4095);
        big.fifo(0);
        assertEquals(4096, big.bindIpi(0));
        for (int page = 0; page < 4; page++) {
            big.expandArray(GFN + 8 + page);
        }
        assertEquals("P-L-0", big.shown(4095));
        big.reset(SELF);
        big.fifo(0);
        assertFalse(big.ports.isLatched(4096), "only what the old ABI had is looked at");
    }

    @Test
    void xsa343AResetDuringWhichPortsOpenFailsAndKeepsTheAbi() {
        machine.fifo(1);
        for (int i = 0; i < 100; i++) {
            ipi(0);
        }
        boolean[] raced = new boolean[1];
        machine.caller.workedEnough = () -> {
            raced[0] = true;
            return true;
        };
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        assertTrue(raced[0]);
        machine.caller.workedEnough = () -> false;
        ipi(1);
        machine.memory().u16(0, SELF);
        assertEquals(-XenError.EAGAIN, machine.callOnce(EventChannelOps.RESET_CONT));
        machine.send(1);
        assertEquals("P-L-0", machine.shown(1));
    }

    @Test
    void xsa344ResetIsPreemptibleAndASecondOneIsBusy() {
        for (int i = 0; i < 500; i++) {
            ipi(0);
        }
        machine.caller.workedEnough = () -> true;
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        assertTrue(machine.caller.continued);
        assertEquals(-XenError.EBUSY, machine.callOnce(EventChannelOps.RESET));
    }

    @Test
    void gitD4bfa0c78fAPortThatNobodyCanSendToIsNotWaitedFor() {
        ipi(0);
        machine.close(1);
        int owned = machine.channels.openXenOwned(machine.channels.consumer(() -> {}), 0);
        assertEquals(PollState.UNUSABLE, machine.channels.pollState(1));
        assertEquals(PollState.UNUSABLE, machine.channels.pollState(owned));
    }

    @Test
    void xsa358AControlBlockIsSeenCompleteOrNotAtAll() {
        machine.initControl(0, GFN, 0);
        machine.expandArray(GFN + 8);
        ipi(1);
        machine.send(1);
        for (int i = 0; i < 512; i++) {
            assertEquals(0, machine.controlPage().load64(8 * i), "nothing was written to a block that is not there");
        }
        machine.initControl(1, GFN, TestMachine.block(1));
        machine.send(1);
        assertEquals(1, machine.head(1, 7));
        assertEquals(1 << 7, machine.ready(1));
    }

    @Test
    void xsa359TheFifoModeIsSeenWithItsArrayOrNotAtAll() {
        ipi(0);
        machine.initControl(0, GFN, 0);
        assertEquals(0, machine.send(1), "there is no page, and that is no reason to fail");
        assertEquals(0, machine.unmask(1));
        assertEquals(PollState.QUIET, machine.channels.pollState(1));
        assertEquals(0, machine.close(1));
    }

    @Test
    void git71ac522909APollerIsWokenWhenTheEventIsOnItsQueue() {
        machine.fifo(1);
        ipi(0);
        StringBuilder seen = new StringBuilder();
        machine.upcalls.atWake = port -> seen.append(machine.shown(port))
                .append(' ')
                .append(machine.head(0, 7))
                .append(' ')
                .append(machine.ready(0));
        machine.send(1);
        assertEquals("P-L-0 1 128", seen.toString());
    }

    @Test
    void git8aa0e9d2d1ADroppedEventLeavesItsWordUntouched() {
        machine.initControl(0, GFN, 0);
        machine.expandArray(GFN + 8);
        ipi(1);
        machine.word(1, 0x0AAA_0000);
        machine.send(1);
        assertEquals(0x0AAA_0000, machine.word(1));
        assertEquals(List.of(), machine.upcalls.woken);
    }

    @Test
    void gitEba922abdbAGlobalVirqIsNotForEverybody() {
        for (int virq = 0; virq < VirqType.COUNT; virq++) {
            long expected = VirqType.of(virq) == VirqType.GLOBAL ? -XenError.EBUSY : machine.ports.open() + 1;
            assertEquals(expected, machine.bindVirq(virq, 0), "VIRQ " + virq);
        }
        assertEquals(5, machine.ports.open());
    }

    @Test
    void xsa496AFailedBindOfAVirqHasNoEffect() {
        TestMachine small = world.machine(2, 2, BindingTest.with(2, EventSettings.Xsm.SILO));
        small.bindVirq(0, 0);
        small.bindIpi(0);
        var before = small.saved();
        assertEquals(-XenError.ENOSPC, small.bindVirq(0, 1));
        assertEquals(-XenError.ENOSPC, small.bindVirq(11, 0));
        assertEquals(-XenError.EEXIST, small.bindVirq(0, 0));
        assertEquals(before, small.saved());
        assertTrue(small.channels.raiseVirq(0, 0));
        assertFalse(small.channels.raiseVirq(0, 1));
    }

    @Test
    void xsa505ExpandAfterResetFindsTheTwoLevelAbi() {
        machine.fifo(1);
        for (int i = 0; i < 100; i++) {
            ipi(0);
        }
        machine.caller.workedEnough = () -> true;
        machine.memory().u16(0, SELF);
        machine.callOnce(EventChannelOps.RESET);
        machine.caller.workedEnough = () -> false;
        assertEquals(0, machine.expandArray(GFN + 9), "reset is not over: the FIFO ABI is still there");
        assertEquals(2, machine.array.pages());
        machine.memory().u16(0, SELF);
        assertEquals(0, machine.callOnce(EventChannelOps.RESET_CONT));
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(GFN + 9));
        assertEquals(0, machine.array.pages());
    }
}
