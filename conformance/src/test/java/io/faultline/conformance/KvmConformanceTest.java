/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.report.TextReport;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The KVM-style backend keeps every rule that applies to it. */
class KvmConformanceTest {
    private static final Suite SUITE = Suite.standard();

    private static ConformanceReport report;

    @BeforeAll
    static void runEveryRule() {
        report = run(RunOptions.of(SUITE));
    }

    private static ConformanceReport run(RunOptions options) {
        return ConformanceRunner.run(new KvmBackendProvider(), options);
    }

    @Test
    void everyRuleIsKept() {
        assertEquals(List.of(), report.problems(), () -> TextReport.render(report));
    }

    @Test
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation() {
        ConformanceReport cut = run(RunOptions.of(SUITE).cuts(CutPlan.EVERYWHERE));
        assertEquals(List.of(), cut.problems(), () -> TextReport.render(cut));
    }

    @Test
    void twoRunsHaveTheSameTraces() {
        assertEquals(tokens(report), tokens(run(RunOptions.of(SUITE))));
    }

    @Test
    void atLeastAsManyRulesAreCheckedAsTheProjectPromises() {
        assertTrue(passed("SDEI") >= 60, "SDEI: " + passed("SDEI"));
        assertTrue(passed("APF") >= 100, "APF: " + passed("APF"));
        assertTrue(passed("API") >= 25, "API: " + passed("API"));
    }

    private static long passed(String chapter) {
        return report.results().stream()
                .filter(result -> result.rule().chapter().equals(chapter))
                .filter(result -> result.verdict() == Verdict.PASS)
                .count();
    }

    private static List<String> tokens(ConformanceReport report) {
        return report.results().stream()
                .map(RuleResult::token)
                .flatMap(token -> token.stream())
                .map(Object::toString)
                .toList();
    }
}
