/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.hwmodel.Guest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loads and stores of every size and in every addressing mode. */
class LoadStoreTest {
    private static final long DATA = Guest.DATA;
    private static final long PATTERN = 0x8182_8384_8586_8788L;
    private static final long BEFORE = 0xAAAA_AAAA_AAAA_AAAAL;

    /** The data around {@link #DATA}: eight doublewords before and eight after, each different. */
    private static Guest guest(String instruction) {
        Guest guest = Guest.executing(instruction);
        for (int i = -8; i < 8; i++) {
            guest.store64(DATA + 8L * i, PATTERN + 0x0101_0101_0101_0101L * i);
        }
        return guest.x(1, BEFORE).x(2, DATA);
    }

    private static long doubleword(int index) {
        return PATTERN + 0x0101_0101_0101_0101L * index;
    }

    @ParameterizedTest
    @CsvSource({
        "'ldr x1, [x2]', 8182838485868788",
        "'ldr w1, [x2]', 85868788",
        "'ldrh w1, [x2]', 8788",
        "'ldrb w1, [x2]', 88",
        "'ldrsw x1, [x2]', ffffffff85868788",
        "'ldrsh x1, [x2]', ffffffffffff8788",
        "'ldrsh w1, [x2]', ffff8788",
        "'ldrsb x1, [x2]', ffffffffffffff88",
        "'ldrsb w1, [x2]', ffffff88",
        "'ldr x1, [x2, #16]', 838485868788898a",
        "'ldur x1, [x2, #-8]', 8081828384858687",
        "'ldtr x1, [x2, #8]', 8283848586878889",
        "'ldtrsh x1, [x2, #2]', ffffffffffff8586",
        "'ldar x1, [x2]', 8182838485868788",
        "'ldarb w1, [x2]', 88",
        "'ldarh w1, [x2]', 8788",
    })
    void aLoadExtendsAsItsNameSays(String instruction, String expected) {
        Guest guest = guest(instruction).finish();

        assertEquals(expected, Long.toHexString(guest.x(1)));
        assertEquals(DATA, guest.x(2));
    }

    @ParameterizedTest
    @CsvSource({
        "'str x1, [x2]', 0123456789abcdef",
        "'str w1, [x2]', 8182838489abcdef",
        "'strh w1, [x2]', 818283848586cdef",
        "'strb w1, [x2]', 81828384858687ef",
        "'str xzr, [x2]', 0",
        "'sttrb w1, [x2, #1]', 818283848586ef88",
        "'stlr x1, [x2]', 0123456789abcdef",
        "'stlrb w1, [x2]', 81828384858687ef",
        "'stlrh w1, [x2]', 818283848586cdef",
    })
    void aStoreLeavesTheOtherBytesAlone(String instruction, String expected) {
        Guest guest = guest(instruction).x(1, 0x0123_4567_89AB_CDEFL).finish();

        assertEquals(Long.parseUnsignedLong(expected, 16), guest.load64(DATA));
        assertEquals(doubleword(-1), guest.load64(DATA - 8));
        assertEquals(doubleword(1), guest.load64(DATA + 8));
    }

    @Test
    void aNegativeUnscaledOffsetStoresBelowTheBase() {
        Guest guest = guest("stur w1, [x2, #-4]").x(1, 0x1111_1111).finish();

        assertEquals(0x1111_1111_8485_8687L, guest.load64(DATA - 8));
    }

    @Test
    void aLoadIntoTheZeroRegisterHasNoEffect() {
        Guest guest = guest("ldr xzr, [x2]").finish();

        assertEquals(DATA, guest.x(2));
        assertEquals(0, guest.x(30));
    }

    @ParameterizedTest
    @CsvSource({
        "'ldr x1, [x2], #8', 8182838485868788, 8",
        "'ldr w1, [x2], #-4', 85868788, -4",
        "'ldrb w1, [x2], #1', 88, 1",
        "'ldrh w1, [x2], #2', 8788, 2",
        "'ldrsw x1, [x2], #4', ffffffff85868788, 4",
        "'ldr x1, [x2, #8]!', 8283848586878889, 8",
        "'ldrsh x1, [x2, #2]!', ffffffffffff8586, 2",
        "'ldrsb w1, [x2, #1]!', ffffff87, 1",
    })
    void anIndexedLoadMovesTheBase(String instruction, String expected, long moved) {
        Guest guest = guest(instruction).finish();

        assertEquals(expected, Long.toHexString(guest.x(1)));
        assertEquals(moved, guest.x(2) - DATA);
    }

    @ParameterizedTest
    @CsvSource({
        "'str x1, [x2], #8', 0, 0123456789abcdef, 8",
        "'str w1, [x2, #-4]!', -8, 89abcdef84858687, -4",
        "'strb w1, [x2], #1', 0, 81828384858687ef, 1",
        "'strh w1, [x2, #2]!', 0, 81828384cdef8788, 2",
    })
    void anIndexedStoreMovesTheBase(String instruction, int offset, String expected, long moved) {
        Guest guest = guest(instruction).x(1, 0x0123_4567_89AB_CDEFL).finish();

        assertEquals(Long.parseUnsignedLong(expected, 16), guest.load64(DATA + offset));
        assertEquals(moved, guest.x(2) - DATA);
    }

    /** CONSTRAINED UNPREDICTABLE: a load wins over the writeback, a store stores the base from before. */
    @ParameterizedTest
    @CsvSource({"'ldr x2, [x2], #8', 8182838485868788", "'ldrsh x2, [x2, #2]!', ffffffffffff8586"})
    void aLoadIntoItsOwnBaseWins(String instruction, String expected) {
        assertEquals(expected, Long.toHexString(guest(instruction).finish().x(2)));
    }

    @Test
    void aStoreOfItsOwnBaseStoresTheOldBase() {
        Guest word = guest("str x2, [x2, #8]!").finish();
        assertEquals(DATA, word.load64(DATA + 8));
        assertEquals(DATA + 8, word.x(2));

        Guest halfword = guest("strh w2, [x2, #2]!").finish();
        assertEquals(0x8182_8384_8000_8788L, halfword.load64(DATA));
        assertEquals(DATA + 2, halfword.x(2));
    }

    @ParameterizedTest
    @CsvSource({
        "'ldr x1, [x2, x3]', 8, 8283848586878889",
        "'ldr x1, [x2, x3, lsl #3]', 2, 838485868788898a",
        "'ldr w1, [x2, w3, uxtw #2]', ffffffff00000001, 81828384",
        "'ldrb w1, [x2, w3, uxtw]', ffffffff00000001, 87",
        "'ldrh w1, [x2, x3, lsl #1]', 1, 8586",
        "'ldrsw x1, [x2, x3, lsl #2]', 1, ffffffff81828384",
        "'ldr x1, [x2, w3, sxtw #3]', ffffffff, 8081828384858687",
        "'ldr x1, [x2, x3, sxtx]', fffffffffffffff8, 8081828384858687",
        "'ldrsb x1, [x2, x3]', 1, ffffffffffffff87",
        "'ldrsh w1, [x2, w3, sxtw #1]', ffffffff, ffff8081",
    })
    void aRegisterOffsetIsExtendedAndShifted(String instruction, String index, String expected) {
        Guest guest = guest(instruction).x(3, Long.parseUnsignedLong(index, 16)).finish();

        assertEquals(expected, Long.toHexString(guest.x(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "'str x1, [x2, x3, lsl #3]', 1, 8, 0123456789abcdef",
        "'str w1, [x2, w3, uxtw #2]', ffffffff00000001, 0, 89abcdef85868788",
        "'strh w1, [x2, x3]', 2, 0, 81828384cdef8788",
        "'strb w1, [x2, w3, sxtw]', ffffffff, -8, ef81828384858687",
    })
    void aStoreTakesARegisterOffset(String instruction, String index, int offset, String expected) {
        Guest guest = guest(instruction)
                .x(1, 0x0123_4567_89AB_CDEFL)
                .x(3, Long.parseUnsignedLong(index, 16))
                .finish();

        if (expected.startsWith("ef")) {
            assertEquals(0xEF, guest.load64(DATA - 8) >>> 56);
        } else {
            assertEquals(Long.parseUnsignedLong(expected, 16), guest.load64(DATA + offset));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'ldp x1, x3, [x2]', 8182838485868788, 8283848586878889, 0",
        "'ldnp x1, x3, [x2]', 8182838485868788, 8283848586878889, 0",
        "'ldp w1, w3, [x2, #8]', 86878889, 82838485, 0",
        "'ldp x1, x3, [x2], #16', 8182838485868788, 8283848586878889, 16",
        "'ldp x1, x3, [x2, #-16]!', 7f80818283848586, 8081828384858687, -16",
        "'ldpsw x1, x3, [x2, #8]!', ffffffff86878889, ffffffff82838485, 8",
    })
    void aPairIsLoaded(String instruction, String first, String second, long moved) {
        Guest guest = guest(instruction).finish();

        assertEquals(first, Long.toHexString(guest.x(1)));
        assertEquals(second, Long.toHexString(guest.x(3)));
        assertEquals(moved, guest.x(2) - DATA);
    }

    @Test
    void aPairMayBeLoadedOverItsBase() {
        Guest guest = guest("ldp x2, x3, [x2]").finish();

        assertEquals(doubleword(0), guest.x(2));
        assertEquals(doubleword(1), guest.x(3));
    }

    @ParameterizedTest
    @CsvSource({
        "'stp x1, x3, [x2]', 0, 1111111122222222, 3333333344444444, 0",
        "'stnp x1, x3, [x2]', 0, 1111111122222222, 3333333344444444, 0",
        "'stp w1, w3, [x2]', 0, 4444444422222222, 8283848586878889, 0",
        "'stp w1, w3, [x2, #-8]!', -8, 4444444422222222, 8182838485868788, -8",
        "'stp x1, x3, [x2], #16', 0, 1111111122222222, 3333333344444444, 16",
    })
    void aPairIsStored(String instruction, int offset, String first, String second, long moved) {
        Guest guest = guest(instruction)
                .x(1, 0x1111_1111_2222_2222L)
                .x(3, 0x3333_3333_4444_4444L)
                .finish();

        assertEquals(Long.parseUnsignedLong(first, 16), guest.load64(DATA + offset));
        assertEquals(Long.parseUnsignedLong(second, 16), guest.load64(DATA + offset + 8));
        assertEquals(moved, guest.x(2) - DATA);
    }

    @Test
    void pairsCrossPages() {
        long edge = Guest.DATA + 0x1000 - 8;
        Guest stored = guest("stp x1, x3, [x2]").x(2, edge).x(1, 1).x(3, 2).finish();
        assertEquals(1, stored.load64(edge));
        assertEquals(2, stored.load64(edge + 8));

        Guest words = guest("stp w1, w3, [x2]").x(2, edge + 4).x(1, 1).x(3, 2).finish();
        assertEquals(1L << 32, words.load64(edge));
        assertEquals(2, words.load64(edge + 8));

        Guest loaded = guest("ldp x1, x3, [x2]").x(2, edge);
        loaded.store64(edge, 3).store64(edge + 8, 4);
        loaded.finish();
        assertEquals(3, loaded.x(1));
        assertEquals(4, loaded.x(3));
    }

    @Test
    void theStackPointerIsABase() {
        Guest guest =
                guest("ldr x1, [sp], #16").write(CoreRegister.SP_EL1, DATA).finish();
        assertEquals(doubleword(0), guest.x(1));
        assertEquals(DATA + 16, guest.read(CoreRegister.SP_EL1));

        Guest push = guest("stp x1, x3, [sp, #-16]!")
                .write(CoreRegister.SP_EL1, DATA)
                .x(1, 5)
                .x(3, 6)
                .finish();
        assertEquals(5, push.load64(DATA - 16));
        assertEquals(6, push.load64(DATA - 8));
        assertEquals(DATA - 16, push.read(CoreRegister.SP_EL1));
    }

    @ParameterizedTest
    @CsvSource({
        "'ldr x1, .+8', 9192939495969798",
        "'ldr w1, .+8', 95969798",
        "'ldrsw x1, .+8', ffffffff95969798",
        "'prfm pldl1keep, .+8', aaaaaaaaaaaaaaaa",
    })
    void aLiteralIsRelativeToTheInstruction(String instruction, String expected) {
        Guest guest = guest(instruction);
        guest.load(Guest.CODE + 8, 0x9596_9798, 0x9192_9394);

        assertEquals(expected, Long.toHexString(guest.finish().x(1)));
    }

    @Test
    void addressesAreRelativeToTheInstruction() {
        assertEquals(Guest.CODE + 12, guest("adr x1, .+12").finish().x(1));
        assertEquals(Guest.CODE, guest("adrp x1, .").finish().x(1));
    }

    @Test
    void aPrefetchOfAnAddressWithoutMemoryHasNoEffect() {
        guest("prfm pldl1keep, [x2]").x(2, Guest.NOWHERE).finish();
    }
}
