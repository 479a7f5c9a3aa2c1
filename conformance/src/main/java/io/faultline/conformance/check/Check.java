/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.check;

import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * The check of one rule.
 *
 * @param rule id of the rule
 * @param body what it does
 * @param witnesses what must have happened for the verdict to mean anything
 * @param seeds seeds to run it with, each in a scenario of its own; at least one
 * @param cuttable whether it may be cut by save and restore before every guest operation and must end the same
 * @since 0.1
 */
public record Check(String rule, CheckBody body, List<String> witnesses, List<Long> seeds, boolean cuttable) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if there is no seed
     */
    public Check {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(body, "body");
        witnesses = List.copyOf(witnesses);
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("check of " + rule + " has no seed");
        }
    }

    /**
     * Makes a check that runs once, with seed 1, without witnesses, and is not cut.
     *
     * @param rule id of the rule
     * @param body what it does
     * @return the check
     */
    public static Check of(String rule, CheckBody body) {
        return new Check(rule, body, List.of(), List.of(1L), false);
    }

    /**
     * Declares witnesses.
     *
     * @param names names that the body passes to {@code Scenario.witness}
     * @return a copy
     */
    public Check witnesses(String... names) {
        return new Check(rule, body, List.of(names), seeds, cuttable);
    }

    /**
     * Sets the number of seeds.
     *
     * @param count the seeds are 1 to this number
     * @return a copy
     */
    public Check seeds(int count) {
        List<Long> numbers = LongStream.rangeClosed(1, count).boxed().toList();
        return new Check(rule, body, witnesses, numbers, cuttable);
    }

    /**
     * Says that the check may be cut.
     *
     * @return a copy
     */
    public Check cut() {
        return new Check(rule, body, witnesses, seeds, true);
    }
}
