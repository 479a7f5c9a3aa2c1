/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExclusiveTest {
    private static final long OLD = 0x1111_1111_1111_1111L;

    private static Guest sequence(String... instructions) {
        Guest guest = Guest.running("stop");
        int i = 0;
        for (String instruction : instructions) {
            guest.load(Guest.CODE + 4L * i++, Programs.word(instruction));
        }
        guest.load(Guest.CODE + 4L * i, Programs.word("hvc #0"));
        guest.store64(Guest.DATA, OLD).store64(Guest.DATA + 8, OLD + 1);
        return guest.x(1, -1).x(2, Guest.DATA).x(3, -2).x(4, 9);
    }

    @ParameterizedTest
    @CsvSource({
        "'ldxr x1, [x2]', 1111111111111111",
        "'ldxr w1, [x2]', 11111111",
        "'ldxrh w1, [x2]', 1111",
        "'ldxrb w1, [x2]', 11",
        "'ldaxr x1, [x2]', 1111111111111111",
    })
    void aLoadExclusiveLoads(String load, String expected) {
        assertEquals(expected, Long.toHexString(sequence(load).finish().x(1)));
    }

    @Test
    void aPairIsLoaded() {
        Guest wide = sequence("ldxp x1, x3, [x2]").finish();
        assertEquals(OLD, wide.x(1));
        assertEquals(OLD + 1, wide.x(3));
        Guest narrow = sequence("ldxp w1, w3, [x2]").finish();
        assertEquals(0x1111_1111L, narrow.x(1));
        assertEquals(0x1111_1111L, narrow.x(3));
    }

    @ParameterizedTest
    @CsvSource({
        "'ldxr x1, [x2]', 'stxr w4, x1, [x2]', 3333333333333333",
        "'ldxr w1, [x2]', 'stxr w4, w1, [x2]', 1111111133333333",
        "'ldxrh w1, [x2]', 'stxrh w4, w1, [x2]', 1111111111113333",
        "'ldxrb w1, [x2]', 'stxrb w4, w1, [x2]', 1111111111111133",
        "'ldaxr x1, [x2]', 'stlxr w4, x1, [x2]', 3333333333333333",
    })
    void aStoreExclusiveAfterItsLoadStores(String load, String store, String expected) {
        Guest guest = sequence(load, "nop", store);
        guest.pe().run(2);
        guest.x(1, 0x3333_3333_3333_3333L).finish();
        assertEquals(0, guest.x(4));
        assertEquals(expected, Long.toHexString(guest.load64(Guest.DATA)));
    }

    @Test
    void aPairIsStored() {
        Guest guest = sequence("ldxp x1, x3, [x2]", "stxp w4, x1, x3, [x2]");
        guest.pe().step();
        guest.x(1, 5).x(3, 6).finish();
        assertEquals(0, guest.x(4));
        assertEquals(5, guest.load64(Guest.DATA));
        assertEquals(6, guest.load64(Guest.DATA + 8));
        Guest narrow = sequence("ldxp w1, w3, [x2]", "stxp w4, w1, w3, [x2]");
        narrow.pe().step();
        narrow.x(1, 5).x(3, 6).finish();
        assertEquals(6L << 32 | 5, narrow.load64(Guest.DATA));
    }

    @Test
    void aStoreExclusiveAloneFails() {
        Guest guest = sequence("stxr w4, x1, [x2]").finish();
        assertEquals(1, guest.x(4));
        assertEquals(OLD, guest.load64(Guest.DATA));
        Guest pair = sequence("stxp w4, x1, x3, [x2]").finish();
        assertEquals(1, pair.x(4));
        assertEquals(OLD, pair.load64(Guest.DATA));
    }

    @Test
    void aReservationServesOnce() {
        Guest guest = sequence("ldxr x1, [x2]", "stxr wzr, x1, [x2]", "stxr w4, x1, [x2]")
                .finish();
        assertEquals(1, guest.x(4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"clrex", "eret"})
    void aReservationEnds(String instruction) {
        Guest guest = sequence("ldxr x1, [x2]", instruction, "stxr w4, x1, [x2]");
        guest.write(SystemRegister.ELR_EL1, Guest.CODE + 8).write(SystemRegister.SPSR_EL1, 0x3C5);
        assertEquals(1, guest.finish().x(4));
    }

    @Test
    void anotherBlockIsNotReserved() {
        Guest guest = sequence("ldxr x1, [x2]", "stxr w4, x1, [x2]");
        guest.pe().step();
        guest.x(2, Guest.DATA + 64).finish();
        assertEquals(1, guest.x(4));
    }

    @Test
    void anExceptionToEl2EndsTheReservation() {
        Guest guest = sequence("ldxr x1, [x2]", "hvc #0", "stxr w4, x1, [x2]");
        guest.finish();
        assertEquals(1, guest.finish().x(4));
    }

    @Test
    void aStoreOfTheHostEndsTheReservationEvenWithTheSameValue() {
        Guest guest = sequence("ldxr x1, [x2]", "stxr w4, x1, [x2]");
        guest.pe().step();
        guest.hardware.ram().store(Guest.DATA + 60, AccessWidth.WORD, 0);
        assertEquals(1, guest.finish().x(4));
    }

    @Test
    void anOrdinaryStoreOfTheSamePeDoesNotEndIt() {
        Guest guest =
                sequence("ldxr x1, [x2]", "str x1, [x2]", "stxr w4, x1, [x2]").finish();
        assertEquals(0, guest.x(4));
    }

    /** The other PE has the page in its TLB before the reservation is made. */
    @Test
    void aStoreOfAnotherPeEndsTheReservation() {
        Guest guest = new Guest(2, false);
        long other = Guest.CODE + 0x100;
        guest.load(
                Guest.CODE,
                Programs.word("ldxr x1, [x2]"),
                Programs.word("stxr w4, x1, [x2]"),
                Programs.word("hvc #0"));
        guest.load(other, Programs.word("str x1, [x2]"), Programs.word("str x1, [x2]"), Programs.word("str x1, [x2]"));
        ProcessingElement second = guest.hardware.processor(1);
        second.pc(other);
        second.x(2, Guest.DATA);
        guest.x(2, Guest.DATA);
        second.run(1);
        guest.pe().step();
        second.run(1);
        guest.finish();
        assertEquals(1, guest.x(4));

        guest.pe().pc(Guest.CODE);
        guest.pe().step();
        second.x(2, Guest.DATA + 64);
        second.run(1);
        guest.finish();
        assertEquals(0, guest.x(4), "the next block is somebody else's");
    }

    @Test
    void twoPesCountTogetherWhateverTheirTurns() {
        for (int turn = 1; turn < 12; turn++) {
            Guest guest = new Guest(2, false);
            guest.load(Guest.CODE, Programs.program("increment"));
            int[] left = {2};
            guest.action = (pe, trap) -> {
                left[0]--;
                pe.requestStop();
            };
            boolean[] done = new boolean[2];
            for (int i = 0; i < 2; i++) {
                guest.hardware.processor(i).x(0, 50);
                guest.hardware.processor(i).x(1, Guest.DATA);
            }
            for (int round = 0; left[0] > 0 && round < 100_000; round++) {
                int i = round & 1;
                if (!done[i]) {
                    done[i] = guest.hardware.processor(i).run(turn + 2L * i) == StopReason.STOP_REQUESTED;
                }
            }
            assertEquals(0, left[0], "turns of " + turn + " make progress");
            assertEquals(100, guest.hardware.ram().load(Guest.DATA, AccessWidth.WORD), "turns of " + turn);
        }
    }
}
