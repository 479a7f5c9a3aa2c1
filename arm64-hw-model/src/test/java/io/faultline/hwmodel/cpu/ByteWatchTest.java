/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import io.faultline.hwmodel.gic.Redistributor;
import io.faultline.hwmodel.memory.ByteWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of memory that drive an interrupt line: every store reaches the line, and an interrupt is taken at once. */
class ByteWatchTest {
    private static final int PPI = 31;
    private static final long IRQ_VECTOR = Guest.VECTORS + 0x280;
    private static final long TABLE = Guest.RAM + 0x2_0000;
    private static final int NOP = 0xD503201F;
    private static final int STRB_X1_X2 = 0x39000041;
    private static final int SGI_BASE = 0x1_0000;

    private final List<Integer> seen = new ArrayList<>();
    private final ByteWatch watch = seen::add;

    /** A guest with registers set up for stores to Normal memory: X2 is the address, X1 and X3 the values. */
    private static Guest guest(int... words) {
        Guest guest = Guest.running("stop");
        // One block of 1 GiB at its own address.
        guest.store64(TABLE + 8, Guest.RAM | 1 << 10 | 3 << 8 | 1);
        guest.write(SystemRegister.TTBR0_EL1, TABLE)
                .write(SystemRegister.MAIR_EL1, 0xFF)
                .write(SystemRegister.TCR_EL1, 25 | 1 << 23)
                .write(SystemRegister.SCTLR_EL1, 0x30D0_0800L | 1 | 1 << 2);
        guest.load(Guest.CODE, words);
        guest.load(Guest.CODE + 4L * words.length, Programs.word("hvc #0"));
        return guest.x(1, 0x8877_6655_4433_2211L).x(2, Guest.DATA).x(3, 0x0F0E_0D0C_0B0A_0908L);
    }

    private static Guest withOpenInterrupt(Guest guest) {
        guest.hardware.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        guest.hardware.gic().redistributorFrame(0).write(SGI_BASE + 0x80, AccessWidth.WORD, 0xFFFF_FFFFL);
        guest.hardware.gic().redistributorFrame(0).write(SGI_BASE + 0x100, AccessWidth.WORD, 1L << PPI);
        guest.write(SystemRegister.ICC_PMR_EL1, 0xFF).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        guest.write(CoreRegister.PSTATE, guest.read(CoreRegister.PSTATE) & ~ProcessorState.I);
        return guest;
    }

    private static Redistributor redistributor(Guest guest) {
        return guest.hardware.gic().redistributor(0);
    }

    private static ByteWatch line(Guest guest) {
        return value -> redistributor(guest).setLevel(PPI, value != 0);
    }

    @ParameterizedTest
    @CsvSource({
        // instructions, watched offset, value that arrives
        "39000041, 0, 11",
        "79000041, 1, 22",
        "B9000041, 3, 44",
        "F9000041, 7, 88",
        "F8003041, 3, 11", // STUR X1, [X2, #3]
        "A9000C41, 9, 9", // STP X1, X3, [X2]
        "29000C41, 5, 9", // STP W1, W3, [X2]
        "F8208041, 0, 0", // SWP X0, X1, [X2]
        "F8238041, 6, E", // SWP X3, X1, [X2]
        "38230041, 0, 8", // LDADDB W3, W1, [X2]
        "C8A37C41, 2, 0", // CAS X3, X1, [X2], which does not match
        "F8008441, 4, 55", // STR X1, [X2], #8
        "C89FFC41, 5, 66", // STLR X1, [X2]
    })
    void everyKindOfStoreIsSeen(String instruction, int offset, String expected) {
        Guest guest = guest((int) Long.parseLong(instruction, 16));
        guest.hardware.ram().watchByte(Guest.DATA + offset, watch);
        guest.finish();
        int value = Integer.parseInt(expected, 16);
        assertEquals(value, guest.hardware.ram().load(Guest.DATA + offset, AccessWidth.BYTE));
        int before = seen.isEmpty() ? 0 : seen.get(seen.size() - 1);
        assertEquals(value, before);
    }

    @Test
    void storesNextToTheByteAreNotSeenAndBothPagesOfAStoreAcrossTwoAre() {
        Guest guest = guest(0xF8004041); // STUR X1, [X2, #4]
        guest.hardware.ram().watchByte(Guest.DATA + 3, watch);
        guest.hardware.ram().watchByte(Guest.DATA + 12, watch);
        guest.finish();
        assertEquals(List.of(), seen);
        Guest across = guest(0xF9000041).x(2, Guest.DATA + 0xFFC);
        across.hardware.ram().watchByte(Guest.DATA + 0xFFC, watch);
        across.hardware.ram().watchByte(Guest.DATA + 0x1003, watch);
        across.finish();
        assertEquals(List.of(0x11, 0x88), seen.stream().distinct().toList());
        assertEquals(0x8877_6655_4433_2211L, across.load64(Guest.DATA + 0xFFC));
    }

    @Test
    void aBlockThatIsZeroedIsSeen() {
        Guest guest = guest(STRB_X1_X2, 0xD50B7422); // DC ZVA, X2
        guest.hardware.ram().watchByte(Guest.DATA, watch);
        guest.finish();
        assertEquals(List.of(0x11, 0), seen);
    }

    @Test
    void softwareOutsideIsSeenToo() {
        Guest guest = guest(NOP);
        guest.hardware.ram().watchByte(Guest.DATA + 2, watch);
        guest.hardware.ram().store(Guest.DATA, AccessWidth.WORD, 0x00AB_0000);
        guest.hardware.ram().write(Guest.DATA, new byte[8], 0, 8);
        assertEquals(List.of(0xAB, 0), seen);
    }

    @Test
    void severalBytesAndSeveralWatchesOfOneByteAreToldAndForgottenOneByOne() {
        Guest guest = guest(0xF9000041);
        List<Integer> other = new ArrayList<>();
        ByteWatch second = other::add;
        ByteWatch stranger = value -> other.add(-1);
        guest.hardware.ram().watchByte(Guest.DATA, watch);
        guest.hardware.ram().watchByte(Guest.DATA, second);
        guest.hardware.ram().watchByte(Guest.DATA + 4, second);
        guest.hardware.ram().unwatchByte(Guest.DATA, stranger);
        guest.finish();
        assertEquals(List.of(0x11), seen);
        assertEquals(List.of(0x11, 0x55), other);
        guest.hardware.ram().unwatchByte(Guest.DATA, second);
        guest.write(CoreRegister.PC, Guest.CODE).finish();
        assertEquals(List.of(0x11, 0x11), seen);
        assertEquals(List.of(0x11, 0x55, 0x55), other);
        guest.hardware.ram().unwatchByte(Guest.DATA, watch);
        guest.hardware.ram().unwatchByte(Guest.DATA + 4, second);
        assertFalse(guest.hardware.ram().page(Guest.DATA).isWatched());
        guest.write(CoreRegister.PC, Guest.CODE).finish();
        assertEquals(2, seen.size());
    }

    @Test
    void aPageThatGoesAwayTellsAndTakesItsWatchesAlong() {
        Guest guest = guest(NOP);
        guest.hardware.ram().store(Guest.DATA, AccessWidth.BYTE, 5);
        guest.hardware.ram().watchByte(Guest.DATA, watch);
        guest.hardware.ram().makeAbsent(Guest.DATA);
        guest.hardware.ram().makeResident(Guest.DATA, new byte[4096]);
        guest.hardware.ram().store(Guest.DATA, AccessWidth.BYTE, 7);
        assertEquals(List.of(5), seen);
    }

    @Test
    void aPageThatIsKnownToBeWritableIsWatchedFromNowOn() {
        Guest guest = guest(STRB_X1_X2, Programs.word("hvc #0"), STRB_X1_X2);
        guest.finish();
        guest.hardware.ram().watchByte(Guest.DATA, watch);
        guest.finish();
        assertEquals(List.of(0x11), seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"39000041", "F9000041", "A9000C41", "F8238041", "38230041", "F8000041"})
    void anInterruptThatAStoreRaisesIsTakenBeforeTheNextInstruction(String instruction) {
        int word = (int) Long.parseLong(instruction, 16);
        Guest guest = withOpenInterrupt(guest(NOP, NOP, word, 0x91000484, 0x91000484, 0x91000484));
        guest.load(IRQ_VECTOR, Programs.word("hvc #0"));
        guest.hardware.ram().watchByte(Guest.DATA, line(guest));
        guest.x(4, 0);
        guest.pe().run(100);
        assertEquals(IRQ_VECTOR + 4, guest.pe().pc());
        assertEquals(Guest.CODE + 12, guest.read(SystemRegister.ELR_EL1));
        assertEquals(0, guest.x(4));
        assertEquals(4, guest.pe().retired(), "three, and the call of the handler");
    }

    @Test
    void aStoreThatLowersTheLineDoesNotDisturb() {
        Guest guest = withOpenInterrupt(guest(0x3900005F, NOP)); // STRB WZR, [X2]
        guest.hardware.ram().watchByte(Guest.DATA, line(guest));
        guest.write(CoreRegister.PSTATE, guest.read(CoreRegister.PSTATE) | ProcessorState.I);
        guest.hardware.ram().store(Guest.DATA, AccessWidth.BYTE, 1);
        assertTrue(redistributor(guest).isPending(PPI));
        guest.finish();
        assertFalse(redistributor(guest).isPending(PPI));
    }

    @Test
    void aStoreExclusiveToAWatchedByteSucceedsAtTheFirstAttempt() {
        // LDXRB W5, [X2]; STXRB W6, W1, [X2]
        Guest guest = withOpenInterrupt(guest(0x085F7C45, 0x08067C41, NOP)).x(6, 7);
        guest.load(IRQ_VECTOR, Programs.word("hvc #0"));
        guest.hardware.ram().watchByte(Guest.DATA, line(guest));
        guest.pe().run(100);
        assertEquals(0, guest.x(6));
        assertEquals(0x11, guest.hardware.ram().load(Guest.DATA, AccessWidth.BYTE));
        assertEquals(Guest.CODE + 8, guest.read(SystemRegister.ELR_EL1));
    }

    @Test
    void softwareStepTakesAStoreThatRaisesALineForOneStep() {
        Guest guest = guest(STRB_X1_X2, NOP, NOP);
        guest.hardware.ram().watchByte(Guest.DATA, watch);
        // Step at EL1 needs KDE, the OS lock open and PSTATE.D clear.
        guest.write(SystemRegister.OSLAR_EL1, 0).write(SystemRegister.MDSCR_EL1, 0x2001);
        guest.write(
                CoreRegister.PSTATE,
                guest.read(CoreRegister.PSTATE) & ~ProcessorState.DAIF | ProcessorState.SS | ProcessorState.I);
        guest.pe().step();
        assertEquals(Guest.CODE + 4, guest.pe().pc());
        assertEquals(List.of(0x11), seen);
        guest.pe().step();
        assertEquals(Guest.CODE + 4, guest.read(SystemRegister.ELR_EL1), "the step exception");
    }

    private static int randomStore(Random random) {
        int t = random.nextBoolean() ? 1 : random.nextBoolean() ? 3 : 31;
        int n = 2 << 5;
        int slot = random.nextInt(4);
        return switch (random.nextInt(9)) {
            case 0 -> 0x39000000 | random.nextInt(32) << 10 | n | t;
            case 1 -> 0x79000000 | random.nextInt(16) << 10 | n | t;
            case 2 -> 0xB9000000 | random.nextInt(8) << 10 | n | t;
            case 3 -> 0xF9000000 | slot << 10 | n | t;
            case 4 -> 0xA9000000 | random.nextInt(3) << 15 | 3 << 10 | n | t;
            case 5 -> 0xF8000000 | random.nextInt(24) << 12 | n | t;
            case 6 -> 0xF8208000 | t << 16 | n | 7;
            case 7 -> 0xB8200000 | 3 << 16 | n | 7;
            default -> 0x91000400 | 8 << 5 | 8;
        };
    }

    /** The handler notes where it interrupted, clears what is watched and goes back. */
    private static Guest randomGuest(long seed) {
        Random random = new Random(seed);
        int[] words = new int[60];
        for (int i = 0; i < words.length; i++) {
            words[i] = randomStore(random);
        }
        Guest guest = withOpenInterrupt(guest(words));
        guest.load(
                IRQ_VECTOR,
                0xD5384034, // MRS X20, ELR_EL1
                0x8B1506B5, // ADD X21, X21, X21, LSL #1
                0x8B1402B5, // ADD X21, X21, X20
                0xA9007C5F, // STP XZR, XZR, [X2]
                0xA9017C5F, // STP XZR, XZR, [X2, #16]
                0xD69F03E0); // ERET
        ByteWatch line = line(guest);
        for (int i = 0; i < 3; i++) {
            guest.hardware.ram().watchByte(Guest.DATA + random.nextInt(32), line);
        }
        return guest;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void aRunAndThatManyStepsTakeTheSameInterrupts(long seed) {
        Guest run = randomGuest(seed);
        Guest steps = randomGuest(seed);
        run.pe().run(400);
        while (steps.traps.isEmpty() && steps.pe().retired() < 400) {
            steps.pe().step();
        }
        assertEquals(run.traps.size(), steps.traps.size());
        assertEquals(run.pe().retired(), steps.pe().retired());
        for (int i = 0; i < 31; i++) {
            assertEquals(run.x(i), steps.x(i), "X" + i);
        }
        for (int i = 0; i < 32; i += 8) {
            assertEquals(run.load64(Guest.DATA + i), steps.load64(Guest.DATA + i));
        }
    }

    @Test
    void theRandomGuestsDoTakeInterrupts() {
        int interrupted = 0;
        for (long seed = 1; seed <= 16; seed++) {
            Guest guest = randomGuest(seed);
            guest.pe().run(400);
            interrupted += guest.x(21) == 0 ? 0 : 1;
        }
        assertTrue(interrupted > 8, "interrupted " + interrupted);
    }
}
