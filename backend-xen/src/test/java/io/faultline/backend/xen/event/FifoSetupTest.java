/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.xen.hypercall.XenError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a guest gets the FIFO ABI (XEN-094 to XEN-108). */
class FifoSetupTest {
    private static final int EINVAL = -XenError.EINVAL;
    private static final long GFN = TestMachine.RAM_GFN;

    private final World world = new World();
    private final TestMachine machine = world.machine(1);

    @Test
    void theFirstControlBlockTurnsTheFifoAbiOn() {
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(GFN + 8));
        assertEquals(0, machine.initControl(0, GFN, 0));
        assertEquals(17, machine.caller.memory[16]);
        assertEquals(0, machine.memory().u32(17));
        assertEquals(0, machine.expandArray(GFN + 8));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                12,
                4025,
                4028,
                4032,
                4088,
                4095,
                4096,
                0x8000_0000L,
                0xFFFF_FFFFL,
                0xFFFF_FFF8L
            })
    void aBlockMustBeAlignedAndInsideOnePage(long offset) {
        assertEquals(EINVAL, machine.initControl(0, GFN, offset));
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(GFN + 8));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8, 4016, 4024})
    void aBlockMayBeAnywhereElseInThePage(long offset) {
        assertEquals(0, machine.initControl(0, GFN, offset));
        assertEquals(0, machine.expandArray(GFN + 8));
        int port = (int) machine.bindIpi(0);
        machine.send(port);
        assertEquals(0x80, machine.controlPage().load32((int) offset));
        assertEquals(port, machine.controlPage().load32((int) offset + 8 + 28));
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 0x8000_0000L, 0xFFFF_FFFFL})
    void thereIsNoBlockForAVcpuThatDoesNotExistWhateverElseIsWrong(long vcpu) {
        assertEquals(-XenError.ENOENT, machine.initControl(vcpu, -1, 5));
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(GFN));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -2, 0x3FFFF, 0x40000 + 256, 0x7FFF_FFFF_FFFF_FFFFL, 1L << 52})
    void aFrameThatIsNotRamIsRefusedAndNothingChanges(long gfn) {
        int port = (int) machine.bindIpi(0);
        assertEquals(EINVAL, machine.initControl(0, gfn, 0));
        assertEquals(-XenError.EOPNOTSUPP, machine.expandArray(GFN + 8));
        assertEquals(-XenError.ENOSYS, machine.setPriority(port, 1));
        machine.send(port);
        assertTrue(machine.pending(port), "the two-level ABI works on");

        machine.fifo(1);
        assertEquals(EINVAL, machine.expandArray(gfn));
        assertEquals(1, machine.array.pages());
    }

    @Test
    void aVcpuHasOneBlockOnly() {
        machine.fifo(1);
        assertEquals(EINVAL, machine.initControl(0, GFN + 1, 0));
        int port = (int) machine.bindIpi(0);
        machine.send(port);
        assertEquals(port, machine.head(0, 7));
    }

    @Test
    void thereAreHundredTwentyEightPagesAtMost() {
        machine.initControl(0, GFN, 0);
        for (int i = 0; i < 128; i++) {
            assertEquals(0, machine.expandArray(GFN + 8 + i));
        }
        assertEquals(-XenError.ENOSPC, machine.expandArray(GFN + 7));
        assertEquals(-XenError.ENOSPC, machine.expandArray(-1));
        assertEquals(128, machine.array.pages());
    }

    @Test
    void whatWasPendingInTwoLevelModeIsRaisedAgainWithItsEventWord() {
        int one = (int) machine.bindIpi(0);
        int two = (int) machine.bindIpi(1);
        int quiet = (int) machine.bindIpi(0);
        machine.send(one);
        machine.mask(two);
        machine.send(two);
        assertEquals(0, machine.initControl(0, GFN, TestMachine.block(0)));
        assertEquals(0, machine.initControl(1, GFN, TestMachine.block(1)));
        assertEquals(PollState.QUIET, machine.channels.pollState(one), "it has no event word yet");
        assertEquals(0, machine.expandArray(GFN + 8));

        assertEquals("P-L-0", machine.shown(one));
        assertEquals("P-L-0", machine.shown(two), "the mask of the two-level ABI is not used any more");
        assertEquals("----0", machine.shown(quiet));
        assertEquals(one, machine.head(0, 7));
        assertEquals(two, machine.head(1, 7));
        assertEquals(List.of(one, two, one, two), machine.upcalls.woken);
    }

    @Test
    void anEventWithoutAnEventWordIsRaisedOnceWhenThereIsOne() {
        machine.fifo(0);
        int port = (int) machine.bindIpi(0);
        machine.send(port);
        machine.send(port);
        assertEquals(0, machine.upcalls.edges[0]);
        assertEquals(List.of(), machine.upcalls.woken);
        machine.unmask(port);
        assertEquals(0, machine.upcalls.edges[0]);

        assertEquals(0, machine.expandArray(GFN + 8));
        assertEquals("P-L-0", machine.shown(port));
        assertEquals(1, machine.upcalls.edges[0]);
        assertEquals(List.of(port), machine.upcalls.woken);
        assertEquals(List.of(port), new FifoGuest(machine, 0).drain());
    }

    @Test
    void anEventThatWasLatchedForAMaskedWordIsPendingAndNotLinked() {
        machine.fifo(0);
        int port = (int) machine.bindIpi(0);
        machine.send(port);
        new FifoGuest(machine, 0).mask(port);
        machine.expandArray(GFN + 8);
        assertEquals("PM--0", machine.shown(port));
        assertEquals(0, machine.ready(0));
    }

    @Test
    void aPageRaisesThePortsOfItsOwnRangeOnly() {
        TestMachine big = world.machine(2, 1, BindingTest.with(131071, EventSettings.Xsm.SILO))
                .fifo(0);
        while (big.bindIpi(0) < 2100) {
            // more than two pages of ports
        }
        for (int port : new int[] {1, 1023, 1024, 2047, 2048, 2099}) {
            big.send(port);
        }
        FifoGuest guest = new FifoGuest(big, 0);
        big.expandArray(GFN + 8);
        assertEquals(List.of(1, 1023), guest.drain());
        big.expandArray(GFN + 9);
        assertEquals(List.of(1024, 2047), guest.drain());
        big.expandArray(GFN + 10);
        assertEquals(List.of(2048, 2099), guest.drain());
    }

    @Test
    void theLatchOutlivesAReset() {
        machine.fifo(0);
        int port = (int) machine.bindIpi(0);
        machine.setPriority(port, 2);
        machine.send(port);
        machine.reset(TestMachine.SELF);
        machine.fifo(1);
        assertEquals("P-L-0", machine.shown(port), "spurious, and allowed to be");
        assertEquals(port, machine.head(0, 7), "every port has the default priority after the switch");
    }

    @Test
    void afterTheSwitchSharedInfoIsNotUsedForEvents() {
        int port = (int) machine.bindIpi(0);
        machine.fifo(1);
        machine.send(port);
        assertFalse(machine.pending(port));
        assertEquals(0, machine.selector(0));
        assertTrue(machine.upcallPending(0));
    }

    @Test
    void everyPortHasPrioritySevenAfterTheSwitchAndAfterEachBind() {
        int port = (int) machine.bindIpi(0);
        machine.fifo(1);
        assertEquals(0, machine.setPriority(port, 2));
        machine.send(port);
        assertEquals(1 << 2, machine.ready(0));
        new FifoGuest(machine, 0).drain();
        machine.close(port);
        assertEquals(port, machine.bindIpi(0));
        machine.send(port);
        assertEquals(1 << 7, machine.ready(0));

        machine.setPriority(port, 0);
        machine.reset(TestMachine.SELF);
        machine.bindIpi(0);
        assertEquals(7, machine.ports.priority(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {16, 17, 0x8000_0000L, 0xFFFF_FFFFL})
    void thereAreSixteenPriorities(long priority) {
        machine.fifo(1);
        assertEquals(-XenError.EACCES, machine.setPriority(1, priority), "the port is looked at first");
        int port = (int) machine.bindIpi(0);
        assertEquals(EINVAL, machine.setPriority(port, priority));
        machine.send(port);
        assertEquals(1 << 7, machine.ready(0));
    }

    @Test
    void framesMayBeUsedTwice() {
        machine.initControl(0, GFN, 0);
        machine.initControl(1, GFN, 0);
        machine.expandArray(GFN);
        machine.expandArray(GFN);
        for (int i = 0; i < 40; i++) {
            int port = (int) machine.bindIpi(i % 2);
            assertEquals(0, machine.send(port));
            assertEquals(0, machine.unmask(port));
        }
        assertTrue(machine.channels.uses(machine.controlPage().physical()));
    }

    @Test
    void theHypervisorKnowsWhichPagesItWritesTo() {
        machine.fifo(2);
        assertTrue(machine.channels.uses(machine.page(0).physical()));
        assertTrue(machine.channels.uses(machine.page(8).physical()));
        assertTrue(machine.channels.uses(machine.page(9).physical()));
        assertFalse(machine.channels.uses(machine.page(1).physical()));
        assertFalse(machine.channels.uses(machine.page(10).physical()));
        machine.reset(TestMachine.SELF);
        assertFalse(machine.channels.uses(machine.page(0).physical()));
        assertFalse(machine.channels.uses(machine.page(8).physical()));
    }

    @Test
    void aXenWithoutTheFifoAbiDoesNotKnowItsCalls() {
        EventSettings standard = EventSettings.DEFAULT;
        TestMachine old = world.machine(
                2,
                1,
                new EventSettings(
                        1023,
                        standard.xsm(),
                        EventSettings.Fifo.ABSENT,
                        standard.globalVirq(),
                        standard.rebinding(),
                        standard.undeliverable(),
                        standard.expandError(),
                        standard.xenOwnedStatus(),
                        standard.xenOwnedPorts()));
        old.bindIpi(0);
        assertEquals(-XenError.ENOSYS, old.initControl(0, GFN, 0));
        assertEquals(-XenError.ENOSYS, old.expandArray(GFN));
        assertEquals(-XenError.ENOSYS, old.setPriority(1, 1));
        assertEquals(-XenError.ENOSYS, world.machine(3, 1, BindingTest.odd()).expandArray(GFN));
    }
}
