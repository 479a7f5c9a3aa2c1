/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hypercall ABI, executed by guests (XEN-001 to XEN-018). */
class HypercallTest {
    private static final int EINVAL = -22;
    private static final int EFAULT = -14;
    private static final int ENOSYS = -38;

    private final XenRig rig = new XenRig(2);

    @Test
    void aCallReturnsItsResultAndNothingElseChanges() {
        for (int i = 5; i < 31; i++) {
            rig.vcpu(0).write(CoreRegister.x(i), 0x1000 + i);
        }
        long state = rig.vcpu(0).read(CoreRegister.PSTATE);
        assertEquals(4 << 16 | 23, rig.call(XenRig.VERSION, 0, -1, 7, 8, 9));
        for (int i = 5; i < 31; i++) {
            assertEquals(i == 16 ? XenRig.VERSION : 0x1000 + i, rig.x(i));
        }
        assertEquals(List.of(-1L, 7L, 8L, 9L), List.of(rig.x(1), rig.x(2), rig.x(3), rig.x(4)));
        assertEquals(state, rig.vcpu(0).read(CoreRegister.PSTATE));
    }

    @Test
    void aDebugBuildDestroysWhatArgumentsWereIn() {
        XenRig debug = new XenRig(1, Map.of("xen.arguments", "destroyed"));
        assertEquals(4 << 16 | 23, debug.call(XenRig.VERSION, 0, -1));
        assertEquals(0xDEAD_BEEFL, debug.x(1));
        assertEquals(0xDEAD_BEEFL, debug.x(16));
        assertEquals(ENOSYS, debug.call(15, 1, 2));
        assertEquals(2, debug.x(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 6, 15, 16, 19, 30, 33, 63, 64, 1L << 32 | 32, -1, Long.MIN_VALUE})
    void aNumberThatDoesNotExistIsNotImplemented(long number) {
        assertEquals(ENOSYS, rig.call(number, 1, 2, 3, 4, 5));
        assertEquals(2, rig.x(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"after", "at"})
    void anotherImmediateIsUndefined(String address) {
        XenRig machine = new XenRig(1, Map.of("xen.undefined-address", address));
        machine.instruction(XenRig.CODE, XenRig.hvc(0xEA2));
        long before = machine.vcpu(0).read(CoreRegister.PSTATE);
        machine.prepare(0, XenRig.VERSION, 0);
        machine.vcpu(0).step();
        assertEquals(XenRig.VECTORS + 0x200, machine.vcpu(0).read(CoreRegister.PC));
        assertEquals(1L << 25, machine.vcpu(0).read(SystemRegister.ESR_EL1));
        assertEquals(
                address.equals("after") ? XenRig.CODE + 4 : XenRig.CODE,
                machine.vcpu(0).read(SystemRegister.ELR_EL1));
        assertEquals(before, machine.vcpu(0).read(SystemRegister.SPSR_EL1));
    }

    @Test
    void immediateZeroIsFirmwareAndTheServiceThatSaysWhoThisIs() {
        rig.instruction(XenRig.CODE, XenRig.hvc(0));
        assertEquals(Psci.VERSION_1_1, rig.call(XenRig.EVENT_CHANNEL_OP, Psci.VERSION & 0xFFFF_FFFFL));
        assertEquals(0xDC12_18A7L, rig.call(0, 0x8600_FF01L));
        assertEquals(0xFFFF_FFFFL, rig.call(0, 0x8600_0001L) & 0xFFFF_FFFFL);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 35, 36})
    void callsOfTheControlDomainAreReadAndRefused(long number) {
        assertEquals(-1, rig.call(number, XenRig.DATA));
        assertEquals(EFAULT, rig.call(number, 0x100));
    }

    @Test
    void nobodyShutsAnotherDomainDown() {
        for (int[] expected : new int[][] {{XenRig.SELF, -1}, {0, -1}, {1, -1}, {5, -3}}) {
            rig.words(XenRig.DATA, expected[0], 0);
            assertEquals(expected[1], rig.call(XenRig.SCHED_OP, 4, XenRig.DATA));
        }
    }

    @Test
    void aLongResetIsInterrupted() {
        XenRig many = new XenRig(1, Map.of("xen.max-ports", "4095"));
        for (int i = 0; i < 4000; i++) {
            many.ipi(0);
        }
        many.words(XenRig.DATA, XenRig.SELF);
        many.prepare(0, XenRig.EVENT_CHANNEL_OP, 10, XenRig.DATA);
        many.vcpu(0).step();
        assertEquals(XenRig.CODE, many.vcpu(0).read(CoreRegister.PC));
        assertEquals(14, many.x(0));
        assertEquals(0, many.call(XenRig.EVENT_CHANNEL_OP, 14, XenRig.DATA));
        assertEquals(0, many.status(4000));
    }

    @Test
    void onlyTheLowHalfOfACommandCounts() {
        assertEquals(0, rig.event(5, XenRig.SELF, 0, 0, 0, 0, 0));
        assertEquals(0, rig.call(XenRig.EVENT_CHANNEL_OP, 1L << 32 | 5, XenRig.DATA));
        assertEquals(ENOSYS, rig.call(XenRig.EVENT_CHANNEL_OP, 15, XenRig.DATA));
    }

    // Guest handles.

    @Test
    void structuresAreFoundThroughTheTablesOfTheCaller() {
        rig.translate();
        rig.map(0x3000, XenRig.DATA, true);
        rig.map(0x5000, XenRig.DATA, true);
        for (long address : new long[] {0x3010, 0x5010}) {
            rig.words(XenRig.DATA + 0x10, XenRig.SELF, 0, 99, 0, 0, 0);
            assertEquals(0, rig.call(XenRig.EVENT_CHANNEL_OP, 5, address));
            assertEquals(0, rig.word(XenRig.DATA + 0x18));
        }
    }

    @Test
    void aStructureMayLieInTwoPagesThatAreNotNeighbours() {
        rig.translate();
        rig.map(0x3000, XenRig.DATA + 0x5000, true);
        rig.map(0x4000, XenRig.DATA, true);
        rig.words(XenRig.DATA + 0x5FFC, 0);
        assertEquals(0, rig.call(XenRig.EVENT_CHANNEL_OP, 7, 0x3FFC));
        assertTrue(rig.word(XenRig.DATA) > 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x6000, 0x0001_0000_0000_0000L, -8, 0x3FFC})
    void anAddressWithoutATranslationIsAFault(long address) {
        rig.translate();
        rig.map(0x3000, XenRig.DATA, true);
        assertEquals(EFAULT, rig.call(XenRig.EVENT_CHANNEL_OP, 6, address));
        assertEquals(0, rig.status(3));
    }

    @ParameterizedTest
    @ValueSource(longs = {0x0900_0000L, 0x0800_0000L, 0x8000_0000L, 0x2000_0000L})
    void anAddressWithoutRamIsAFault(long page) {
        assertEquals(EFAULT, rig.call(XenRig.EVENT_CHANNEL_OP, 6, page));
        rig.translate();
        rig.map(0x3000, page, true);
        assertEquals(EFAULT, rig.call(XenRig.EVENT_CHANNEL_OP, 6, 0x3000));
    }

    @Test
    void whatCannotBeAnsweredHasHappened() {
        rig.translate();
        rig.map(0x3000, XenRig.DATA, false);
        rig.words(XenRig.DATA, XenRig.SELF | XenRig.SELF << 16, 0);
        assertEquals(EFAULT, rig.call(XenRig.EVENT_CHANNEL_OP, 6, 0x3000));
        assertEquals(1, rig.status(3));
    }

    @Test
    void aHoleIsNoMemory() {
        rig.longs(XenRig.DATA, XenRig.SELF, XenRig.DATA + 0x3000 >> 12);
        assertEquals(0, rig.call(XenRig.MEMORY_OP, 15, XenRig.DATA));
        assertEquals(EFAULT, rig.call(XenRig.EVENT_CHANNEL_OP, 6, XenRig.DATA + 0x3000));
    }

    // Pages that are not there.

    /** Brings pages when it is told to. */
    private static final class Pager implements PageSource {
        private final List<Long> asked = new ArrayList<>();
        private final Map<Long, byte[]> stored;
        private boolean brings;

        Pager(Map<Long, byte[]> stored) {
            this.stored = stored;
        }

        @Override
        public void request(PageRequest request) {
            asked.add(request.page());
        }

        @Override
        public void poll(long now, PageSink sink) {
            if (brings) {
                asked.forEach(page -> sink.arrived(page, stored.get(page)));
                asked.clear();
            }
        }

        @Override
        public OptionalLong nextArrival() {
            return OptionalLong.empty();
        }
    }

    private Pager evict(long... pages) {
        AsyncPageFaults faults = rig.machine.asyncPageFaults().orElseThrow();
        Map<Long, byte[]> stored = new java.util.TreeMap<>();
        Pager pager = new Pager(stored);
        faults.attach(rig.machine.memory().regions().get(0), pager);
        for (long page : pages) {
            stored.put(page, faults.evict(page));
        }
        return pager;
    }

    @Test
    void aCallWaitsForThePageOfItsStructure() {
        rig.words(XenRig.DATA, 0, 0);
        Pager pager = evict(XenRig.DATA);
        rig.prepare(0, XenRig.EVENT_CHANNEL_OP, 7, XenRig.DATA);
        assertTrue(rig.run(0, 10) instanceof VcpuExit.WaitForPage);
        assertEquals(List.of(XenRig.DATA), pager.asked);
        pager.brings = true;
        rig.run(0, 1);
        assertEquals(0, rig.x(0));
        assertTrue(rig.word(XenRig.DATA + 4) > 0);
    }

    @Test
    void aCallWaitsForThePagesOfTheTablesToo() {
        rig.translate();
        rig.map(0x3000, XenRig.DATA, true);
        rig.words(XenRig.DATA, 0, 0);
        // The code is in a block that the first page of tables describes.
        Pager pager = evict(XenRig.TABLES + 0x2000);
        rig.prepare(0, XenRig.EVENT_CHANNEL_OP, 7, 0x3000);
        assertTrue(rig.run(0, 10) instanceof VcpuExit.WaitForPage);
        pager.brings = true;
        rig.run(0, 1);
        assertEquals(0, rig.x(0));
        assertEquals(5, rig.status(rig.word(XenRig.DATA + 4)));
    }

    @Test
    void aCallFailsIfItsPageIsLost() {
        rig.words(XenRig.DATA, 0, 0);
        AsyncPageFaults faults = rig.machine.asyncPageFaults().orElseThrow();
        faults.attach(rig.machine.memory().regions().get(0), new PageSource() {
            private final List<Long> asked = new ArrayList<>();

            @Override
            public void request(PageRequest request) {
                asked.add(request.page());
            }

            @Override
            public void poll(long now, PageSink sink) {
                asked.forEach(sink::poisoned);
                asked.clear();
            }

            @Override
            public OptionalLong nextArrival() {
                return OptionalLong.empty();
            }
        });
        faults.evict(XenRig.DATA);
        rig.prepare(0, XenRig.EVENT_CHANNEL_OP, 7, XenRig.DATA);
        for (int i = 0; i < 3 && rig.vcpu(0).read(CoreRegister.PC) == XenRig.CODE; i++) {
            rig.run(0, 1);
        }
        assertEquals(EFAULT, rig.x(0));
    }

    @Test
    void whatIsSharedStaysInMemory() {
        AsyncPageFaults faults = rig.machine.asyncPageFaults().orElseThrow();
        assertEquals(false, faults.isPinned(XenRig.DATA + 0x2000));
        rig.longs(XenRig.DATA, XenRig.DATA + 0x2000 >> 12, 0);
        assertEquals(0, rig.call(XenRig.EVENT_CHANNEL_OP, 11, XenRig.DATA));
        rig.longs(XenRig.DATA, XenRig.DATA + 0x3000 >> 12, 64);
        assertEquals(0, rig.call(XenRig.VCPU_OP, 10, 0, XenRig.DATA));
        assertEquals(0, rig.sharedInfo(XenRig.DATA + 0x4000));
        for (int i = 2; i < 5; i++) {
            assertEquals(true, faults.isPinned(XenRig.DATA + 0x1000L * i));
        }
    }

    @Test
    void aPageThatIsToBeSharedIsWaitedFor() {
        Pager pager = evict(XenRig.DATA + 0x2000);
        rig.longs(XenRig.DATA, XenRig.DATA + 0x2000 >> 12, 0);
        rig.prepare(0, XenRig.EVENT_CHANNEL_OP, 11, XenRig.DATA);
        assertTrue(rig.run(0, 10) instanceof VcpuExit.WaitForPage);
        pager.brings = true;
        rig.run(0, 1);
        assertEquals(0, rig.x(0));
    }

    // Lists of calls.

    private static void entry(XenRig machine, long at, long number, long... arguments) {
        machine.longs(at, number, 0x5555, 0, 0, 0, 0, 0, 0);
        machine.longs(at + 16, arguments);
    }

    @Test
    void aListRunsToItsEndWhateverFails() {
        long list = XenRig.DATA + 0x1000;
        entry(rig, list, XenRig.VERSION, 7, 1);
        entry(rig, list + 64, XenRig.VERSION, 0);
        entry(rig, list + 128, XenRig.MULTICALL, list, 1);
        entry(rig, list + 192, 99);
        assertEquals(0, rig.call(XenRig.MULTICALL, list, 4));
        assertEquals(EINVAL, rig.doubleword(list + 8));
        assertEquals(4 << 16 | 23, rig.doubleword(list + 72));
        assertEquals(EINVAL, rig.doubleword(list + 136));
        assertEquals(ENOSYS, rig.doubleword(list + 200));
    }

    @Test
    void aListThatCannotBeReadOrWrittenIsAFault() {
        assertEquals(EFAULT, rig.call(XenRig.MULTICALL, 0x100, 1));
        assertEquals(0, rig.call(XenRig.MULTICALL, 0x100, 0));
        rig.translate();
        rig.map(0x3000, XenRig.DATA, false);
        entry(rig, XenRig.DATA, XenRig.VERSION, 0);
        assertEquals(EFAULT, rig.call(XenRig.MULTICALL, 0x3000, 1));
    }

    @Test
    void aLongListIsInterruptedAndFinishes() {
        long list = XenRig.DATA + 0x1000;
        int count = 700;
        for (int i = 0; i < count; i++) {
            entry(rig, list + 64L * i, XenRig.VERSION, 0);
        }
        rig.prepare(0, XenRig.MULTICALL, list, count);
        rig.vcpu(0).step();
        assertEquals(XenRig.CODE, rig.vcpu(0).read(CoreRegister.PC));
        assertTrue(rig.x(1) < count);
        while (rig.vcpu(0).read(CoreRegister.PC) == XenRig.CODE) {
            rig.vcpu(0).step();
        }
        assertEquals(0, rig.x(0));
        for (int i = 0; i < count; i++) {
            assertEquals(4 << 16 | 23, rig.doubleword(list + 64L * i + 8));
        }
    }

    @Test
    void aLongCallOfAListIsInterruptedAndFinishes() {
        int extents = 600;
        long list = XenRig.DATA + 0x1000;
        long frames = XenRig.DATA + 0x2000;
        for (int i = 0; i < extents; i++) {
            rig.longs(frames + 8L * i, (XenRig.DATA + 0x1_0000 >> 12) + i);
        }
        rig.longs(XenRig.DATA, frames, extents, 0, XenRig.SELF);
        entry(rig, list, XenRig.MEMORY_OP, 1, XenRig.DATA);
        entry(rig, list + 64, XenRig.VERSION, 0);
        rig.prepare(0, XenRig.MULTICALL, list, 2);
        rig.vcpu(0).step();
        assertEquals(XenRig.CODE, rig.vcpu(0).read(CoreRegister.PC));
        assertTrue(rig.doubleword(list + 16) >> 6 > 0, "how far the call of the list is");
        while (rig.vcpu(0).read(CoreRegister.PC) == XenRig.CODE) {
            rig.vcpu(0).step();
        }
        assertEquals(0, rig.x(0));
        assertEquals(extents, rig.doubleword(list + 8));
        assertEquals(4 << 16 | 23, rig.doubleword(list + 72));
    }

    @Test
    void aListGoesOnWhereAPageWasMissing() {
        long list = XenRig.DATA + 0x1000;
        rig.words(XenRig.DATA + 0x5000, 0, 0);
        entry(rig, list, XenRig.EVENT_CHANNEL_OP, 7, XenRig.DATA);
        entry(rig, list + 64, XenRig.EVENT_CHANNEL_OP, 7, XenRig.DATA + 0x5000);
        rig.words(XenRig.DATA, 0, 0);
        Pager pager = evict(XenRig.DATA + 0x5000);
        rig.prepare(0, XenRig.MULTICALL, list, 2);
        assertTrue(rig.run(0, 10) instanceof VcpuExit.WaitForPage);
        assertEquals(1, rig.x(1));
        pager.brings = true;
        rig.run(0, 1);
        assertEquals(0, rig.x(0));
        assertEquals(rig.word(XenRig.DATA + 4) + 1, rig.word(XenRig.DATA + 0x5004));
    }

    @Test
    void assistsAreTurnedOnAndOff() {
        assertEquals(0, rig.call(XenRig.VM_ASSIST, 0, 5));
        assertEquals(0, rig.call(XenRig.VM_ASSIST, 1, 5));
        assertEquals(EINVAL, rig.call(XenRig.VM_ASSIST, 0, 4));
        assertEquals(EINVAL, rig.call(XenRig.VM_ASSIST, 0, 64));
        assertEquals(ENOSYS, rig.call(XenRig.VM_ASSIST, 2, 5));
    }
}
