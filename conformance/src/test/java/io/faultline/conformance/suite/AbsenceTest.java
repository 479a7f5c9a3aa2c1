/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.fake.FakeBackend;
import io.faultline.conformance.rule.RuleCatalogue;
import io.faultline.conformance.scenario.Subject;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that has nothing and refuses nothing, against one that has nothing and says so. */
class AbsenceTest {
    private final FakeBackend backend = new FakeBackend();

    private RuleResult run(String gate) {
        String rule = "[AA-001]\nlevel = MUST\nsays = x\nsource = test\napplies = " + gate + "\n";
        Suite suite = new Suite(
                RuleCatalogue.parse("test", rule),
                List.of(CheckGroup.of("group", Check.of("AA-001", s -> {}))),
                StandardChecks.ABSENCE);
        backend.capabilities =
                CapabilitySet.builder().with(Capabilities.VCPUS, 1).build();
        backend.call = (function, argument) -> -1;
        return ConformanceRunner.run(Subject.of(() -> backend), RunOptions.of(suite))
                .results()
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vcpus>=2", "ppi", "sdei.platform-events", "apf"})
    void whatNeedsTheCapabilityHasToBeRefused(String gate) {
        RuleResult silent = run(gate);
        assertEquals(Verdict.FAIL, silent.verdict());
        assertTrue(silent.message().contains("is refused"), silent.message());
        backend.refusals = List.of("there is nothing here");
        assertEquals(Verdict.NOT_APPLICABLE, run(gate).verdict());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdei", "paging", "memory-intercepts"})
    void whatIsAbsentIsNotThere(String gate) {
        RuleResult absent = run(gate);
        assertEquals(Verdict.NOT_APPLICABLE, absent.verdict());
        assertTrue(absent.message().endsWith("passed instead"), absent.message());
    }
}
