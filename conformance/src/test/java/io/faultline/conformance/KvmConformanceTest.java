/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.suite.Suite;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The KVM-style backend keeps every rule that applies to it. */
class KvmConformanceTest {
    private static final Suite SUITE = Suite.standard();

    private static SuiteRun report;

    @BeforeAll
    static void runEveryRule() {
        report = run(RunOptions.of(SUITE));
    }

    private static SuiteRun run(RunOptions options) {
        return SuiteRun.of(new KvmBackendProvider(), "", options);
    }

    @Test
    void everyRuleIsKept() {
        report.expectNoProblem();
    }

    @Test
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation() {
        run(RunOptions.of(SUITE).cuts(CutPlan.EVERYWHERE)).expectNoProblem();
    }

    @Test
    void twoRunsHaveTheSameTraces() {
        assertEquals(report.tokens(), run(RunOptions.of(SUITE)).tokens());
    }

    @Test
    void atLeastAsManyRulesAreCheckedAsTheProjectPromises() {
        report.expectPassed("SDEI", 60);
        report.expectPassed("APF", 100);
        report.expectPassed("API", 25);
    }
}
