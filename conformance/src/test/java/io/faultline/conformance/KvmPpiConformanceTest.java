/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.suite.Suite;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The KVM-style backend keeps every rule that applies to it when one PPI carries both notifications. */
class KvmPpiConformanceTest {
    private static final Suite SUITE = Suite.standard();

    private static void expectNoProblem(String settings, RunOptions options) {
        SuiteRun run = SuiteRun.of(new KvmBackendProvider(), settings, options);
        run.expectNoProblem();
        run.expectPassed("APF", 100);
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
        expectNoProblem(settings, RunOptions.of(SUITE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"apf.route=ppi", "apf.route=ppi,apf.inject=taken"})
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation(String settings) {
        expectNoProblem(settings, RunOptions.of(SUITE).cuts(CutPlan.EVERYWHERE));
    }
}
