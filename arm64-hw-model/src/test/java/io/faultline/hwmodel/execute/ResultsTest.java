/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Listing;
import io.faultline.hwmodel.Programs;
import io.faultline.hwmodel.cpu.ProcessingElement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Data processing instructions against the results that QEMU gives (results.sh). */
class ResultsTest {
    private record Case(int word, long[] x, long nzcv, long result, long resultingNzcv, String source) {
        static Case of(String line) {
            String[] parts = line.split("; ");
            String[] before = parts[1].split(" ");
            String[] after = parts[2].split(" ");
            long[] x = new long[4];
            for (int i = 0; i < x.length; i++) {
                x[i] = Long.parseUnsignedLong(before[i], 16);
            }
            return new Case(
                    Integer.parseUnsignedInt(parts[0], 16),
                    x,
                    Long.parseLong(before[4]) << 28,
                    Long.parseUnsignedLong(after[0], 16),
                    Long.parseLong(after[1], 16) << 28,
                    parts[3]);
        }
    }

    private static void prepare(ProcessingElement pe, Case c) {
        pe.pc(Guest.CODE);
        for (int i = 0; i < c.x().length; i++) {
            pe.x(i, c.x()[i]);
        }
        pe.write(SystemRegister.NZCV, c.nzcv());
    }

    @Test
    void everyCaseGivesTheResultAndTheFlagsOfQemu() {
        Guest guest = new Guest(1, false);
        List<String> wrong = new ArrayList<>();
        List<String> lines = Listing.lines("results.txt");
        for (String line : lines) {
            Case c = Case.of(line);
            guest.load(Guest.CODE, c.word(), Programs.word("hvc #0"));
            prepare(guest.pe(), c);
            guest.finish();
            if (guest.x(0) != c.result() || guest.read(SystemRegister.NZCV) != c.resultingNzcv()) {
                wrong.add(line + " -> " + Long.toHexString(guest.x(0)) + " "
                        + Long.toHexString(guest.read(SystemRegister.NZCV) >>> 28));
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(lines.size() > 1500, "only " + lines.size() + " cases");
    }

    @Test
    void flagsReadByMrsAreThoseThatAreStoredLazily() {
        for (String line : Listing.lines("results.txt").subList(0, 200)) {
            Case c = Case.of(line);
            Guest guest = new Guest(1, false);
            guest.load(Guest.CODE, c.word(), 0xd53b4201, Programs.word("hvc #0"));
            prepare(guest.pe(), c);
            guest.finish();
            assertEquals(c.resultingNzcv(), guest.x(1), line);
        }
    }
}
