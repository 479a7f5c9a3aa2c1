/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a suite against a backend: the entry for programs.
 *
 * <pre>{@code
 * ConformanceReport report = ConformanceRunner.run(new MyProvider(), RunOptions.of(Suite.standard()));
 * report.problems().forEach(result -> System.out.println(result.explanation()));
 * }</pre>
 *
 * @since 0.1
 */
public final class ConformanceRunner {
    private ConformanceRunner() {}

    /**
     * Opens a backend with its defaults, runs the suite and closes it.
     *
     * @param provider the backend
     * @param options how
     * @return what came of it
     * @throws io.faultline.api.error.HypervisorException if the backend cannot be opened
     */
    public static ConformanceReport run(HypervisorBackendProvider provider, RunOptions options) {
        return run(provider, BackendConfiguration.defaults(provider.descriptor()), options);
    }

    /**
     * Opens a backend, runs the suite and closes it.
     *
     * @param provider the backend
     * @param configuration its configuration
     * @param options how
     * @return what came of it
     * @throws io.faultline.api.error.HypervisorException if the backend cannot be opened
     */
    public static ConformanceReport run(
            HypervisorBackendProvider provider, BackendConfiguration configuration, RunOptions options) {
        try (Subject subject = Subject.open(provider, configuration)) {
            return run(subject, options);
        }
    }

    /**
     * Runs the suite against an opened backend.
     *
     * @param subject the backend; stays open
     * @param options how
     * @return what came of it
     */
    public static ConformanceReport run(Subject subject, RunOptions options) {
        List<RuleResult> results = new ArrayList<>();
        RuleRunner runner = new RuleRunner(subject, options);
        List<Rule> rules = runner.selected();
        for (int i = 0; i < rules.size(); i++) {
            options.listener().started(rules.get(i), i + 1, rules.size());
            RuleResult result = runner.run(rules.get(i));
            results.add(result);
            options.listener().finished(result);
        }
        return new ConformanceReport(
                subject.backend().descriptor(),
                subject.configuration().values(),
                subject.backend().capabilities(),
                Suite.VERSION,
                options.suite().catalogue().hash(),
                describe(options.cuts()),
                options.waivers().waivers(),
                results);
    }

    private static String describe(CutPlan cuts) {
        if (cuts.equals(CutPlan.NONE)) {
            return "none";
        }
        return cuts.onlyOnce() ? "before operation " + cuts.first() : "before every operation";
    }
}
