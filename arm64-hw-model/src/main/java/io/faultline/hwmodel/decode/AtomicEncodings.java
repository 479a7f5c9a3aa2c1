/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * The rows of FEAT_LSE (Arm ARM, C4.1.94 "Atomic memory operations" and "Compare and swap"): each instruction in every
 * size and with every ordering, as the suffixes of their names say.
 */
final class AtomicEncodings {
    /** Suffix and pattern of the sizes: byte, halfword, word or doubleword. */
    private static final String[][] SIZES = {{"b", "00"}, {"h", "01"}, {"", "1z"}};

    /** Suffix and bits A and R, or L and o0, of the orderings. */
    private static final String[][] ORDERS = {{"", "0 0"}, {"a", "1 0"}, {"l", "0 1"}, {"al", "1 1"}};

    /** Name and bits o3 and opc. */
    private static final String[][] OPERATIONS = {
        {"ldadd", "0 000"},
        {"ldclr", "0 001"},
        {"ldeor", "0 010"},
        {"ldset", "0 011"},
        {"ldsmax", "0 100"},
        {"ldsmin", "0 101"},
        {"ldumax", "0 110"},
        {"ldumin", "0 111"},
        {"swp", "1 000"}
    };

    private AtomicEncodings() {}

    static List<Encoding> rows() {
        List<Encoding> rows = new ArrayList<>();
        for (String[] order : ORDERS) {
            for (String[] size : SIZES) {
                for (String[] operation : OPERATIONS) {
                    rows.add(Encoding.of(
                            operation[0] + order[0] + size[0],
                            Operation.ATOMIC,
                            size[1] + " 111 0 00 " + order[1] + " 1 sssss " + operation[1] + " 00 nnnnn ttttt",
                            Constraint.NONE));
                }
                String acquire = order[1].substring(0, 1);
                String release = order[1].substring(2);
                rows.add(Encoding.of(
                        "cas" + order[0] + size[0],
                        Operation.COMPARE_AND_SWAP,
                        size[1] + " 001000 1 " + acquire + " 1 sssss " + release + " 11111 nnnnn ttttt",
                        Constraint.NONE));
            }
            rows.add(Encoding.of(
                    "casp" + order[0],
                    Operation.COMPARE_AND_SWAP_PAIR,
                    "0z 001000 0 " + order[1].charAt(0) + " 1 sssss " + order[1].charAt(2) + " 11111 nnnnn ttttt",
                    Constraint.EVEN_REGISTERS));
        }
        return rows;
    }
}
