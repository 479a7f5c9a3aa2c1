/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The programs of {@code programs.s} as the GNU assembler made them, and their instructions by source text. */
public final class Programs {
    private final Map<String, List<Integer>> programs = new LinkedHashMap<>();
    private final Map<String, Integer> instructions = new LinkedHashMap<>();

    private Programs() {
        List<Integer> current = new ArrayList<>();
        for (String line : Listing.lines("programs.txt")) {
            if (line.endsWith(":")) {
                current = new ArrayList<>();
                programs.put(line.substring(0, line.length() - 1), current);
            } else {
                int word = Integer.parseUnsignedInt(line.substring(0, 8), 16);
                current.add(word);
                instructions.putIfAbsent(line.substring(9), word);
            }
        }
    }

    private static final class Holder {
        private static final Programs INSTANCE = new Programs();
    }

    /** Returns the words of a program. */
    public static int[] program(String name) {
        List<Integer> words = Holder.INSTANCE.programs.get(name);
        if (words == null) {
            throw new IllegalArgumentException("programs.s has no program " + name);
        }
        return words.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the word of an instruction that occurs in some program, by its source text. */
    public static int word(String source) {
        Integer word = Holder.INSTANCE.instructions.get(source);
        if (word == null) {
            throw new IllegalArgumentException("programs.s has no instruction " + source);
        }
        return word;
    }
}
