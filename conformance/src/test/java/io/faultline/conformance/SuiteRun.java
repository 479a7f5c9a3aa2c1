/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.scenario.Subject;
import java.util.List;

/**
 * What became of the rules when the suite was run against a backend.
 *
 * @param report the report
 */
public record SuiteRun(ConformanceReport report) {
    /** Runs the suite against a backend with settings as on the command line. */
    public static SuiteRun of(HypervisorBackendProvider provider, String settings, RunOptions options) {
        try (Subject subject = Subject.open(provider, BackendConfiguration.parse(provider.descriptor(), settings))) {
            return new SuiteRun(ConformanceRunner.run(subject, options));
        }
    }

    /** No rule is broken, and none could not be judged. */
    public void expectNoProblem() {
        assertEquals(
                List.of(),
                report.problems().stream()
                        .map(result -> result.rule().id() + " " + result.explanation())
                        .toList());
    }

    /** So many rules of a chapter were checked and kept. */
    public void expectPassed(String chapter, int fewest) {
        long passed = report.results().stream()
                .filter(result -> result.rule().chapter().equals(chapter))
                .filter(result -> result.verdict() == Verdict.PASS)
                .count();
        assertTrue(passed >= fewest, chapter + ": " + passed);
    }

    /** What each rule can be replayed by; it names the trace. */
    public List<String> tokens() {
        return report.results().stream()
                .map(RuleResult::token)
                .flatMap(token -> token.stream())
                .map(Object::toString)
                .toList();
    }
}
