/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rules that a mutant fails besides the one it is aimed at, as recorded in {@code collateral.txt},
 * {@code xen-collateral.txt}, {@code hyperv-collateral.txt}, {@code hyperv-page-fault-collateral.txt} and
 * {@code hyperv-intercept-collateral.txt}.
 *
 * <p>One bug often breaks several rules. The record makes a change of that visible: a mutant that begins to fail other
 * rules has become another bug, or a check has begun to demand something else.
 */
final class Collateral {
    private static final Map<String, List<String>> RECORDED = read();

    private Collateral() {}

    static List<String> of(String mutant) {
        return RECORDED.getOrDefault(mutant, List.of());
    }

    private static Map<String, List<String>> read() {
        Map<String, List<String>> recorded = new TreeMap<>();
        read("collateral.txt", recorded);
        read("xen-collateral.txt", recorded);
        read("hyperv-collateral.txt", recorded);
        read("hyperv-page-fault-collateral.txt", recorded);
        read("hyperv-intercept-collateral.txt", recorded);
        return recorded;
    }

    private static void read(String record, Map<String, List<String>> recorded) {
        try (InputStream in = Collateral.class.getResourceAsStream(record)) {
            if (in == null) {
                return;
            }
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    List<String> words = new ArrayList<>(List.of(line.trim().split("[ :,]+")));
                    recorded.put(words.remove(0), words);
                }
            }
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
