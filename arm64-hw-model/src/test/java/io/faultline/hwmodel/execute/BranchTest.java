/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BranchTest {
    @Test
    void everyKindOfBranchIsTakenOrNot() {
        assertEquals(0b1111_1111, Guest.running("branches").finish().x(0));
    }

    /** The expected bits come from the definition of the conditions, not from the model. */
    private static long expected(int nzcv) {
        boolean n = (nzcv & 8) != 0;
        boolean z = (nzcv & 4) != 0;
        boolean c = (nzcv & 2) != 0;
        boolean v = (nzcv & 1) != 0;
        boolean[] positive = {z, c, n, v, c && !z, n == v, n == v && !z};
        long bits = 0;
        for (int i = 0; i < positive.length; i++) {
            bits |= (positive[i] ? 3L : 0) << 4 * i | (positive[i] ? 0 : 3L) << 4 * i + 2;
        }
        return bits;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void conditionsFollowTheFlags(int nzcv) {
        assertEquals(
                expected(nzcv),
                Guest.running("conditions").x(1, (long) nzcv << 28).finish().x(0));
    }

    @Test
    void aLoopRunsAsOftenAsItSays() {
        Guest guest = Guest.running("sum").x(0, 1000).finish();

        assertEquals(500500, guest.x(1));
        assertEquals(1 + 1000 * 4 + 1 + 1, guest.pe().retired());
    }

    @Test
    void aBlockGoesOnInTheNextPage() {
        Guest guest = Guest.running("stop");
        long last = Guest.DATA + 0x1000 - 4;
        guest.load(last, Programs.word("nop"), Programs.word("nop"), Programs.word("hvc #0"));
        guest.write(CoreRegister.PC, last);

        assertEquals(last + 12, guest.finish().read(CoreRegister.PC));
    }

    @Test
    void aStraightLineMayBeLongerThanABlock() {
        Guest guest = Guest.running("stop");
        for (int i = 0; i < 200; i++) {
            guest.load(Guest.DATA + 4L * i, Programs.word("add x0, x0, #1"));
        }
        guest.load(Guest.DATA + 800, Programs.word("hvc #0"));
        guest.write(CoreRegister.PC, Guest.DATA);

        assertEquals(200, guest.finish().x(0));
    }
}
