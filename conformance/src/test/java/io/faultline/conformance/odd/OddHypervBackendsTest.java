/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.odd;

import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.conformance.SuiteRun;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.mutant.SlowHypervRules;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each choice in which implementations differ is all right by itself: the suite demands no more than the rules say. */
class OddHypervBackendsTest {
    private static final RuleFilter ALL = new RuleFilter(List.of("HV-*"));

    /** Races take long, and few choices have a part in them. */
    private static final RuleFilter QUICK = new RuleFilter(Suite.standard().checks().stream()
            .map(Check::rule)
            .filter(rule -> rule.startsWith("HV-") && !SlowHypervRules.ALL.contains(rule))
            .toList());

    /** Without timers and polling, the rules about them do not apply. */
    private static final int FEWEST = 130;

    private static void expectNoProblem(String settings, RuleFilter rules) {
        SuiteRun run = SuiteRun.of(
                new HypervBackendProvider(),
                settings,
                RunOptions.of(Suite.standard()).filter(rules));
        run.expectNoProblem();
        run.expectPassed("HV", FEWEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hyperv.straddle-status=3",
                "hyperv.unreadable-status=4",
                "hyperv.gate-status=6",
                "hyperv.gate-status=3",
                "hyperv.reps-per-entry=2",
                "hyperv.reps-per-entry=4095",
                "hyperv.crash-registers=absent",
                "hyperv.build=20348",
                "hyperv.other-vcpus=allowed",
                "hyperv.scontrol-reset=on",
                "hyperv.polling=absent",
                "hyperv.sint-vectors=any",
                "hyperv.wrong-port-kind=connection",
                "hyperv.synthetic-timers=message",
                "hyperv.synthetic-timers=absent",
                "hyperv.max-ports=20,hyperv.max-connections=20"
            })
    void choicesThatAreLeftOpenAreAllRight(String settings) {
        expectNoProblem(settings, QUICK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hyperv.masked-message=held",
                "hyperv.masked-signal=set",
                "hyperv.unmask=scans",
                "hyperv.post-while-off=queued"
            })
    void choicesThatHaveAPartInRacesAreAllRight(String settings) {
        expectNoProblem(settings, ALL);
    }
}
