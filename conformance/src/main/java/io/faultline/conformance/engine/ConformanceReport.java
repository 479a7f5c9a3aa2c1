/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.spi.BackendDescriptor;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;

/**
 * What came of a run on one backend. Immutable.
 *
 * @param backend who was checked
 * @param settings settings of the backend, key to value
 * @param capabilities what it says it can do
 * @param suiteVersion version of the suite
 * @param ruleSetHash hash of the rules
 * @param cuts where machines were saved and restored
 * @param waivers the waivers that were in force or expired
 * @param results what came of each selected rule, in order
 * @since 0.1
 */
public record ConformanceReport(
        BackendDescriptor backend,
        SortedMap<String, String> settings,
        CapabilitySet capabilities,
        String suiteVersion,
        String ruleSetHash,
        String cuts,
        List<Waiver> waivers,
        List<RuleResult> results) {
    /** Copies the lists. */
    public ConformanceReport {
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(capabilities, "capabilities");
        Objects.requireNonNull(suiteVersion, "suiteVersion");
        Objects.requireNonNull(ruleSetHash, "ruleSetHash");
        Objects.requireNonNull(cuts, "cuts");
        waivers = List.copyOf(waivers);
        results = List.copyOf(results);
    }

    /**
     * Counts the verdicts.
     *
     * @return each verdict with its number, also if it is 0
     */
    public Map<Verdict, Integer> totals() {
        Map<Verdict, Integer> totals = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            totals.put(verdict, 0);
        }
        results.forEach(result -> totals.merge(result.verdict(), 1, Integer::sum));
        return totals;
    }

    /**
     * Returns the results that keep the backend from conforming.
     *
     * @return results in order
     */
    public List<RuleResult> problems() {
        return results.stream().filter(result -> result.verdict().isProblem()).toList();
    }

    /**
     * Tells whether the backend does what every selected rule says.
     *
     * @return true if there are no problems and at least one rule passed
     */
    public boolean isConforming() {
        return problems().isEmpty() && results.stream().anyMatch(result -> result.verdict() == Verdict.PASS);
    }
}
