/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VirtualClock;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.state.SavedState;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class VmmSideTest {
    private static final MemoryRegion HIGH = MemoryRegion.ram(0x5000_0000L, 0x2000);
    private static final MemoryRegion LOW = MemoryRegion.ram(0x4000_0000L, 0x2000);
    private static final MemoryRegion ADJACENT = new MemoryRegion(0x4000_2000L, 0x1000, false);

    private static Rig rig() {
        return new Rig(List.of(), builder -> builder.memory(HIGH).memory(LOW).memory(ADJACENT));
    }

    private static ErrorId error(Executable attempt) {
        return assertThrows(HypervisorException.class, attempt).id();
    }

    @Test
    void regionsAreSortedByAddress() {
        assertEquals(List.of(LOW, ADJACENT, HIGH), rig().machine.memory().regions());
    }

    @Test
    void theVmmReadsAndWritesAcrossPagesAndAdjacentRegionsAlsoWhereTheGuestMayOnlyRead() {
        GuestMemory memory = rig().machine.memory();
        byte[] data = new byte[0x1800];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 7);
        }
        memory.write(0x4000_0C00L, data);
        memory.write(0x4000_1400L, data);
        byte[] back = new byte[data.length];
        memory.read(0x4000_1400L, back);
        assertArrayEquals(data, back);
        memory.store(0x4000_1FFDL, AccessWidth.DOUBLEWORD, 0x1122_3344_5566_7788L);
        assertEquals(0x1122_3344_5566_7788L, memory.load(0x4000_1FFDL, AccessWidth.DOUBLEWORD));
        assertEquals(0x88, memory.load(0x4000_1FFDL, AccessWidth.BYTE));
        memory.read(0x1234, new byte[0]);
    }

    @Test
    void aRangeThatIsNotAllMemoryIsRefusedAndNothingIsDone() {
        Rig rig = rig();
        GuestMemory memory = rig.machine.memory();
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.write(0x4000_2FF8L, new byte[16])));
        assertEquals(0, memory.load(0x4000_2FF8L, AccessWidth.DOUBLEWORD));
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.read(0x3FFF_FFFFL, new byte[2])));
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.read(-1, new byte[2])));
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.load(0, AccessWidth.BYTE)));
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.store(0x5000_1FFCL, AccessWidth.DOUBLEWORD, 1)));
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.residency(0x5000_2000L)));
        rig.pages().discard(0x4000_1000L);
        assertEquals(ErrorId.NOT_GUEST_MEMORY, error(() -> memory.write(0x4000_0000L, new byte[0x4000])));
    }

    @Test
    void anAbsentPageIsRefusedAndNothingIsDone() {
        Rig rig = rig();
        GuestMemory memory = rig.machine.memory();
        rig.pages().discard(0x4000_1000L);
        byte[] ones = {1, 1, 1, 1};
        assertEquals(ErrorId.PAGE_ABSENT, error(() -> memory.write(0x4000_0FFEL, ones)));
        assertEquals(0, memory.load(0x4000_0FFEL, AccessWidth.HALFWORD));
        byte[] target = {9, 9, 9, 9};
        assertEquals(ErrorId.PAGE_ABSENT, error(() -> memory.read(0x4000_0FFEL, target)));
        assertArrayEquals(new byte[] {9, 9, 9, 9}, target);
        assertEquals(PageResidency.ABSENT, memory.residency(0x4000_1FFFL));
        assertEquals(PageResidency.RESIDENT, memory.residency(0x4000_0FFFL));
    }

    @Test
    void theErrorSaysWhereMemoryEnds() {
        GuestMemory memory = rig().machine.memory();
        String text = assertThrows(HypervisorException.class, () -> memory.read(0x4000_2FF8L, new byte[16]))
                .getMessage();
        assertTrue(text.contains("0x40002ff8") && text.contains("0x40003000"), text);
    }

    @Test
    void timeOnlyMovesForward() {
        VirtualClock clock = rig().machine.clock();
        assertEquals(0, clock.nanos());
        clock.skipTo(500);
        assertEquals(500, clock.nanos());
        clock.skipTo(499);
        clock.skipTo(-1);
        assertEquals(500, clock.nanos());
        assertEquals(OptionalLong.empty(), clock.nextDeadline());
        clock.skipTo(Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, clock.nanos());
    }

    @Test
    void aMachineSaysWhatItHas() {
        Rig rig = rig();
        assertEquals(Rig.CAPABILITIES, rig.machine.capabilities());
        assertEquals(rig.pages(), rig.machine.asyncPageFaults().orElseThrow());
        assertTrue(rig.machine.notifications().isEmpty());
        assertThrows(
                UnsupportedOperationException.class, () -> rig.machine.vcpus().clear());
    }

    @Test
    void aClosedMachineRefusesEverythingButBeingClosedAndKicked() {
        Rig rig = rig();
        Machine machine = rig.machine;
        SavedState state = machine.save();
        Vcpu vcpu = rig.vcpu();
        GuestMemory memory = machine.memory();
        VirtualClock clock = machine.clock();
        machine.close();
        machine.close();
        vcpu.kick();
        for (Executable attempt : List.<Executable>of(
                machine::capabilities,
                machine::vcpus,
                machine::memory,
                machine::clock,
                machine::asyncPageFaults,
                machine::notifications,
                machine::counters,
                machine::reset,
                machine::save,
                () -> machine.restore(state),
                () -> vcpu.run(io.faultline.api.machine.RunBudget.instructions(1)),
                vcpu::step,
                vcpu::retired,
                vcpu::reset,
                () -> vcpu.completeMmioRead(0),
                () -> vcpu.read(io.faultline.api.arm64.CoreRegister.PC),
                () -> vcpu.write(io.faultline.api.arm64.CoreRegister.PC, 0),
                memory::regions,
                () -> memory.read(0x4000_0000L, new byte[1]),
                () -> memory.write(0x4000_0000L, new byte[1]),
                () -> memory.load(0x4000_0000L, AccessWidth.BYTE),
                () -> memory.store(0x4000_0000L, AccessWidth.BYTE, 1),
                () -> memory.residency(0x4000_0000L),
                clock::nanos,
                clock::nextDeadline,
                () -> clock.skipTo(5))) {
            assertEquals(ErrorId.CLOSED, error(attempt));
        }
    }
}
