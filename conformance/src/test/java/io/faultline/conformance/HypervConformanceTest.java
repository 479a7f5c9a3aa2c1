/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Hyper-V-style backend keeps every rule that applies to it, whichever implementation it is like. */
class HypervConformanceTest {
    private static final Suite SUITE = Suite.standard();

    /** Rules of Hyper-V's interface, and those of its intercepts. */
    private static final RuleFilter HYPERV = new RuleFilter(List.of("HV-*", "API-04*", "API-05*", "API-06*"));

    /** What is left to a guest that may do less. */
    private static final RuleFilter PRIVILEGES =
            new RuleFilter(List.of("HV-026", "HV-029", "HV-034", "HV-036", "HV-040", "HV-041", "HV-042", "HV-126"));

    private static ConformanceReport run(String settings, RunOptions options) {
        HypervBackendProvider provider = new HypervBackendProvider();
        try (Subject subject = Subject.open(provider, BackendConfiguration.parse(provider.descriptor(), settings))) {
            return ConformanceRunner.run(subject, options);
        }
    }

    private static void expectNoProblem(ConformanceReport report) {
        assertEquals(
                List.of(),
                report.problems().stream()
                        .map(result -> result.rule().id() + " " + result.explanation())
                        .toList());
    }

    private static long passed(ConformanceReport report, String chapter) {
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

    @Test
    void everyRuleIsKeptTwiceWithTheSameTrace() {
        ConformanceReport report = run("", RunOptions.of(SUITE));
        expectNoProblem(report);
        assertTrue(passed(report, "HV") >= 170, "HV: " + passed(report, "HV"));
        assertTrue(passed(report, "API") >= 60, "API: " + passed(report, "API"));
        assertEquals(tokens(report), tokens(run("", RunOptions.of(SUITE))));
    }

    @Test
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation() {
        expectNoProblem(run("", RunOptions.of(SUITE).filter(HYPERV).cuts(CutPlan.EVERYWHERE)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hyperv.scontrol-reset=on,hyperv.sint-vectors=any,hyperv.masked-message=held,hyperv.wrong-port-kind=connection,"
                        + "hyperv.straddle-status=3,hyperv.unmask=scans",
                "hyperv.masked-signal=set,hyperv.unreadable-status=4,hyperv.gate-status=6,hyperv.crash-registers=absent",
                "hyperv.post-while-off=queued,hyperv.reps-per-entry=1,hyperv.other-vcpus=allowed,hyperv.gate-status=3",
                "hyperv.polling=absent,hyperv.synthetic-timers=absent",
                "hyperv.synthetic-timers=message,hyperv.max-ports=20,hyperv.max-connections=20"
            })
    void everyRuleIsKeptByOtherImplementations(String settings) {
        ConformanceReport report = run(settings, RunOptions.of(SUITE).filter(HYPERV));
        expectNoProblem(report);
        assertTrue(passed(report, "HV") >= 155, "HV: " + passed(report, "HV"));
        assertTrue(passed(report, "API") >= 21, "API: " + passed(report, "API"));
    }

    /** No messages, no signals, no time; then everything that a partition can be given. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hyperv.privileges=0x000a000000000024",
                "hyperv.privileges=0x000a003000000024",
                "hyperv.privileges=0x000a00320000027f",
                "hyperv.privileges=0x000a003200000a7f"
            })
    void privilegesAreWhatTheySay(String settings) {
        expectNoProblem(run(settings, RunOptions.of(SUITE).filter(PRIVILEGES)));
    }
}
