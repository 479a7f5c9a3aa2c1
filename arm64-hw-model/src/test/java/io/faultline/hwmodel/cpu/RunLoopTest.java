/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import io.faultline.hwmodel.memory.RamRegion;
import io.faultline.hwmodel.mmu.TlbMode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLoopTest {
    static void enable(Guest guest, int intid) {
        guest.hardware.gic().distributorFrame().write(0, AccessWidth.WORD, 3);
        guest.hardware.gic().redistributorFrame(0).write(0x10080, AccessWidth.WORD, 0xFFFF_FFFFL);
        guest.hardware.gic().redistributorFrame(0).write(0x10100, AccessWidth.WORD, 1L << intid);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 7, 63, 64, 65, 1000, 12345})
    void exactlyTheLimitIsExecuted(long limit) {
        Guest guest = Guest.running("sum").x(0, 1_000_000);
        assertEquals(StopReason.LIMIT, guest.pe().run(limit));
        assertEquals(limit, guest.pe().retired());
        assertEquals(limit, guest.hardware.clock().now());
    }

    @Test
    void aNegativeLimitIsRefusedAndAHugeOneIsNot() {
        Guest guest = Guest.running("nops");
        assertThrows(IllegalArgumentException.class, () -> guest.pe().run(-1));
        guest.pe().run(1);
        assertEquals(StopReason.STOP_REQUESTED, guest.pe().run(Long.MAX_VALUE));
    }

    @Test
    void aRequestedStopIsObeyedAtOnceAndOnce() {
        Guest guest = Guest.running("spin");
        guest.pe().requestStop();
        assertEquals(StopReason.STOP_REQUESTED, guest.pe().run(10));
        assertEquals(0, guest.pe().retired());
        assertEquals(StopReason.LIMIT, guest.pe().run(10));
        guest.pe().requestStop();
        assertEquals(StopReason.STOP_REQUESTED, guest.pe().step());
        assertEquals(10, guest.pe().retired());
        assertEquals(StopReason.LIMIT, guest.pe().step());
        assertEquals(11, guest.pe().retired());
    }

    @Test
    void faultsUseUpTheBudget() {
        Guest guest = Guest.executing(0);
        guest.write(SystemRegister.VBAR_EL1, Guest.DATA);
        guest.pe().run(1000);
        assertEquals(1000, guest.pe().retired());
        assertEquals(Guest.DATA + 0x200, guest.pe().pc());
    }

    @Test
    void aStepOverABranchToNowhereIsNotYetTheFault() {
        for (String instruction : new String[] {"br x2", "b ."}) {
            Guest guest = Guest.executing(instruction).x(2, Guest.NOWHERE);
            if (instruction.equals("b .")) {
                // A branch forward into the page after the last one.
                guest.load(Guest.RAM + Guest.RAM_SIZE - 4, 0x1400_0001);
                guest.pe().pc(Guest.RAM + Guest.RAM_SIZE - 4);
            }
            guest.pe().step();
            assertEquals(1, guest.pe().retired());
            assertEquals(0, guest.traps.size());
            guest.pe().step();
            assertEquals(1, guest.traps.size());
            assertEquals(2, guest.pe().retired());
        }
    }

    @Test
    void aBudgetThatEndsWithABlockEndsBeforeTheNextFetch() {
        Guest guest = Guest.running("stop");
        for (int i = 0; i < 100; i++) {
            guest.load(Guest.RAM + Guest.RAM_SIZE - 400 + 4 * i, Programs.word("nop"));
        }
        guest.pe().pc(Guest.RAM + Guest.RAM_SIZE - 400);
        assertEquals(StopReason.LIMIT, guest.pe().run(100));
        assertEquals(0, guest.traps.size());
        assertEquals(100, guest.pe().retired());
    }

    @Test
    void attentionComesBeforeTheNextInstruction() {
        Guest guest = Guest.running("nops");
        List<Long> seen = new ArrayList<>();
        guest.onAttention = pe -> {
            assertEquals(ExceptionLevel.EL1, pe.level());
            seen.add(pe.pc());
            return false;
        };
        guest.pe().run(1);
        guest.pe().requestAttention();
        guest.finish();
        assertEquals(List.of(Guest.CODE + 4), seen);
    }

    @Test
    void attentionThatIsAskedForAgainComesBeforeEachInstruction() {
        Guest guest = Guest.running("nops");
        List<Long> seen = new ArrayList<>();
        guest.onAttention = pe -> {
            seen.add(pe.pc());
            pe.requestAttention();
            return false;
        };
        guest.pe().requestAttention();
        guest.pe().run(3);
        assertEquals(List.of(Guest.CODE, Guest.CODE + 4, Guest.CODE + 8), seen);
    }

    @Test
    void aDiversionIsTheWholeStep() {
        Guest guest = Guest.running("nops");
        guest.onAttention = pe -> {
            pe.pc(Guest.CODE + 16);
            pe.x(5, 9);
            return true;
        };
        guest.pe().requestAttention();
        assertEquals(StopReason.LIMIT, guest.pe().step());
        assertEquals(0, guest.pe().retired());
        assertEquals(Guest.CODE + 16, guest.pe().pc());
        guest.pe().requestAttention();
        guest.finish();
        assertEquals(9, guest.x(5));
    }

    @Test
    void attentionMayStopThePe() {
        Guest guest = Guest.running("nops");
        guest.onAttention = pe -> {
            pe.requestStop();
            return false;
        };
        guest.pe().requestAttention();
        assertEquals(StopReason.STOP_REQUESTED, guest.pe().run(10));
        assertEquals(0, guest.pe().retired());
        guest.pe().requestAttention();
        assertEquals(StopReason.STOP_REQUESTED, guest.pe().step());
        assertEquals(0, guest.pe().retired());
    }

    @Test
    void attentionComesBeforeADueInterrupt() {
        Guest guest = Guest.running("interruptible");
        enable(guest, 23);
        guest.pe().run(20);
        guest.hardware.gic().redistributor(0).setLevel(23, true);
        guest.onAttention = pe -> {
            pe.pstate(pe.pstate().with(ProcessorState.I));
            return true;
        };
        guest.pe().requestAttention();
        guest.pe().run(10);
        assertEquals(
                0b0101 | ProcessorState.D | ProcessorState.A | ProcessorState.I | ProcessorState.F,
                guest.pe().pstate().without(ProcessorState.NZCV).spsr() | 0x3C0);
        assertTrue(guest.traps.isEmpty(), "the interrupt is masked by the diversion");
    }

    @Test
    void anInterruptIsTakenWhenItIsUnmasked() {
        Guest guest = Guest.running("interruptible");
        enable(guest, 23);
        guest.hardware.gic().redistributor(0).setLevel(23, true);
        assertEquals(5, guest.vector());
        assertEquals(0, guest.x(0));
        assertEquals(Guest.CODE + 20, guest.read(SystemRegister.ELR_EL1));
        assertTrue(guest.trace.get(0) instanceof TraceEvent.ExceptionEntry entry
                && entry.syndrome() == 0
                && entry.vector() == Guest.VECTORS + 0x280);
    }

    @Test
    void anInterruptBetweenRunsIsTakenBeforeTheNextInstruction() {
        Guest guest = Guest.running("interruptible");
        enable(guest, 23);
        guest.pe().run(105);
        long counted = guest.x(0);
        guest.hardware.gic().redistributor(0).setLevel(23, true);
        assertEquals(StopReason.LIMIT, guest.pe().step());
        assertEquals(105, guest.pe().retired());
        assertEquals(Guest.VECTORS + 0x280, guest.pe().pc());
        assertEquals(counted, guest.x(0));
    }

    @Test
    void group0IsTakenAsFiq() {
        Guest guest = Guest.running("spin");
        enable(guest, 23);
        guest.hardware.gic().redistributorFrame(0).write(0x10080, AccessWidth.WORD, 0);
        guest.write(SystemRegister.ICC_PMR_EL1, 0xF0).write(SystemRegister.ICC_IGRPEN0_EL1, 1);
        guest.hardware.gic().redistributor(0).setLevel(23, true);
        guest.pe().run(10);
        assertEquals(0, guest.traps.size(), "F is set");
        guest.pe().pstate(new ProcessorState(0b0101 | ProcessorState.I));
        assertEquals(6, guest.vector());
    }

    /** The interrupt comes after the same instruction whether the PE runs in one go, in turns, or step by step. */
    @Test
    void aTimerInterruptComesAtItsTime() {
        List<String> outcomes = new ArrayList<>();
        for (int turn : new int[] {0, 1, 3, 17, 1000}) {
            Guest guest = Guest.running("timer").x(0, 25);
            guest.load(Guest.VECTORS, Programs.program("returning_vectors"));
            enable(guest, 27);
            while (guest.traps.isEmpty()) {
                if (turn == 0) {
                    guest.pe().run(100_000);
                } else if (turn == 1) {
                    guest.pe().step();
                } else {
                    guest.pe().run(turn);
                }
            }
            outcomes.add(guest.x(1) + " " + guest.x(4) + " " + guest.pe().retired() + " " + guest.trace);
            assertEquals(27, guest.x(26));
            assertEquals(1, guest.x(27));
            assertTrue(guest.trace.contains(new TraceEvent.InterruptAcknowledged(0, 27)));
        }
        assertEquals(1, outcomes.stream().distinct().count(), String.join("\n", outcomes));
    }

    @Test
    void aSlowerProcessorTakesTheSameTimeForFewerInstructions() {
        HardwarePlan plan = new HardwarePlan(
                List.of(new RamRegion(Guest.RAM, Guest.RAM_SIZE)),
                List.of(Affinity.ofIndex(0)),
                ExceptionLevel.EL1,
                TlbMode.NORMAL,
                100);
        Guest guest = new Guest(plan, false);
        guest.load(Guest.CODE, Programs.program("timer"));
        guest.load(Guest.VECTORS, Programs.program("returning_vectors"));
        enable(guest, 27);
        guest.x(0, 1000).finish();
        long rounds = guest.x(1);
        assertTrue(rounds > 60 && rounds <= 80, rounds + " rounds of 2 instructions in 16000 ns");
    }

    @Test
    void aResetInATrapIsNotUndoneByTheReturn() {
        Guest guest = Guest.running("stop");
        guest.action = (pe, trap) -> {
            pe.reset(Guest.DATA, 7);
            pe.requestStop();
        };
        guest.pe().run(10);
        assertEquals(Guest.DATA, guest.pe().pc());
        assertEquals(7, guest.x(0));
        assertEquals(ProcessorState.EL1H_MASKED, guest.pe().pstate());
        assertEquals(0, guest.read(SystemRegister.VBAR_EL1));
    }

    @Test
    void aTrapCanBeFollowedByMoreOfTheSameRun() {
        Guest guest = Guest.running("nops");
        guest.load(Guest.CODE, Programs.word("hvc #0x4321"));
        guest.action = (pe, trap) -> {
            if (trap.esr().immediate() == 0) {
                pe.requestStop();
            }
        };
        guest.run();
        assertEquals(2, guest.traps.size());
    }

    @Test
    void processorsKnowWhoTheyAre() {
        HardwareModel hardware = new HardwareModel(
                HardwarePlan.of(List.of(new RamRegion(0, 0x1000)), 3), new Guest(1, false), TraceSink.NONE);
        assertEquals(3, hardware.processors());
        assertEquals(2, hardware.processor(2).index());
        assertEquals(Affinity.ofIndex(2), hardware.processor(2).affinity());
        assertEquals(0x8000_0002L, hardware.processor(2).read(SystemRegister.MPIDR_EL1));
        assertThrows(IndexOutOfBoundsException.class, () -> hardware.processor(3));
        assertFalse(hardware.processor(1).isInterruptPending());
    }
}
