/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.xen.XenBackendProvider;
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

/** The Xen-style backend keeps every rule that applies to it, whichever of Xen's builds it is like. */
class XenConformanceTest {
    private static final Suite SUITE = Suite.standard();

    private static final RuleFilter XEN =
            new RuleFilter(List.of("XEN-*", "APF-067", "APF-112", "APF-136", "APF-137", "APF-192", "APF-193"));

    private static final RuleFilter XEN_AND_PAGE_FAULTS = new RuleFilter(List.of("XEN-*", "APF-*"));

    private static ConformanceReport run(String settings, RunOptions options) {
        XenBackendProvider provider = new XenBackendProvider();
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
        assertTrue(passed(report, "XEN") >= 160, "XEN: " + passed(report, "XEN"));
        assertTrue(passed(report, "APF") >= 65, "APF: " + passed(report, "APF"));
        assertTrue(passed(report, "API") >= 25, "API: " + passed(report, "API"));
        assertEquals(tokens(report), tokens(run("", RunOptions.of(SUITE))));
    }

    @Test
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation() {
        expectNoProblem(run("", RunOptions.of(SUITE).filter(XEN).cuts(CutPlan.EVERYWHERE)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xen.upcall=edge,xen.remap=moves,xen.misplaced-vcpu-info=einval,xen.expand-two-level=enosys",
                "xen.upcall=resampled,xen.neighbours=machines,xen.xsm=dummy,xen.rebind-pending=raised",
                "xen.max-ports=131071,xen.global-virq=silent,xen.xen-owned-ports=2",
                "xen.version=4.17.7,xen.upcall=edge,xen.global-virq=silent,xen.vcpu-info-checks=older",
                "xen.fifo=absent,xen.arguments=destroyed,xen.undefined-address=at"
            })
    void everyRuleIsKeptByOtherBuilds(String settings) {
        expectNoProblem(run(settings, RunOptions.of(SUITE).filter(XEN_AND_PAGE_FAULTS)));
    }
}
