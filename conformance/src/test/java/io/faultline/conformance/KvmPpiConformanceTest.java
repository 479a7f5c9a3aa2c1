/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The KVM-style backend keeps every rule that applies to it when one PPI carries both notifications. */
class KvmPpiConformanceTest {
    private static final Suite SUITE = Suite.standard();

    private static ConformanceReport run(String settings, RunOptions options) {
        KvmBackendProvider provider = new KvmBackendProvider();
        try (Subject subject = Subject.open(provider, BackendConfiguration.parse(provider.descriptor(), settings))) {
            return ConformanceRunner.run(subject, options);
        }
    }

    private static void expectNoProblem(ConformanceReport report) {
        assertEquals(
                List.of(),
                report.problems().stream().map(RuleResult::explanation).toList());
        long passed = report.results().stream()
                .filter(result -> result.rule().chapter().equals("APF"))
                .filter(result -> result.verdict() == Verdict.PASS)
                .count();
        assertTrue(passed >= 100, "APF: " + passed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apf.route=ppi",
                "apf.route=ppi,apf.inject=taken",
                "apf.route=ppi,apf.reply=ignored",
                "apf.route=ppi,sdei.dispatcher=absent",
                "apf.route=ppi,apf.slots=1",
                "apf.route=ppi,apf.restore=wake-all",
                "apf.route=ppi,apf.restore=drain",
                "apf.route=ppi,apf.supervisor=park",
                "apf.route=ppi,apf.failures=1,apf.function=3"
            })
    void everyRuleIsKept(String settings) {
        expectNoProblem(run(settings, RunOptions.of(SUITE)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"apf.route=ppi", "apf.route=ppi,apf.inject=taken"})
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation(String settings) {
        expectNoProblem(run(settings, RunOptions.of(SUITE).cuts(CutPlan.EVERYWHERE)));
    }
}
