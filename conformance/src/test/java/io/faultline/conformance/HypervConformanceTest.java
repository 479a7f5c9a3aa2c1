/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.CutPlan;
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

    private static SuiteRun run(String settings, RunOptions options) {
        return SuiteRun.of(new HypervBackendProvider(), settings, options);
    }

    @Test
    void everyRuleIsKeptTwiceWithTheSameTrace() {
        SuiteRun report = run("", RunOptions.of(SUITE));
        report.expectNoProblem();
        report.expectPassed("HV", 170);
        report.expectPassed("API", 60);
        assertEquals(report.tokens(), run("", RunOptions.of(SUITE)).tokens());
    }

    @Test
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation() {
        run("", RunOptions.of(SUITE).filter(HYPERV).cuts(CutPlan.EVERYWHERE)).expectNoProblem();
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
        SuiteRun report = run(settings, RunOptions.of(SUITE).filter(HYPERV));
        report.expectNoProblem();
        report.expectPassed("HV", 155);
        report.expectPassed("API", 21);
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
        run(settings, RunOptions.of(SUITE).filter(PRIVILEGES)).expectNoProblem();
    }
}
