/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.rule.RuleCatalogue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SuiteTest {
    private static final String RULES = """
            [AA-001]
            level = MUST
            says = one
            source = test

            [AA-002]
            level = MUST
            says = two
            source = test
            unchecked = NOT_YET: later
            """;

    @Test
    void everyRuleOfTheStandardSuiteIsCheckedOrSaysWhyNot() {
        Suite suite = Suite.standard();
        long unchecked = suite.catalogue().rules().stream()
                .filter(rule -> rule.unchecked().isPresent())
                .count();
        assertEquals(suite.catalogue().rules().size(), suite.checks().size() + unchecked);
    }

    @Test
    void theReferencesAreCompletelyInTheCatalogue() {
        RuleCatalogue catalogue = RuleCatalogue.standard();
        assertEquals(
                203,
                catalogue.rules().stream()
                        .filter(rule -> rule.chapter().equals("SDEI"))
                        .count());
        assertEquals(
                200,
                catalogue.rules().stream()
                        .filter(rule -> rule.chapter().equals("XEN"))
                        .count());
        assertEquals(
                194,
                catalogue.rules().stream()
                        .filter(rule -> rule.chapter().equals("APF"))
                        .filter(rule -> rule.id().compareTo("APF-194") <= 0)
                        .count());
    }

    @Test
    void allProblemsAreReportedTogether() {
        RuleCatalogue catalogue = RuleCatalogue.parse("test", RULES);
        CheckGroup group = CheckGroup.of("group", Check.of("AA-002", s -> {}), Check.of("AA-003", s -> {}));
        IllegalArgumentException problem =
                assertThrows(IllegalArgumentException.class, () -> new Suite(catalogue, List.of(group), Map.of()));
        assertEquals("""
                a check in 'group' names the unknown rule AA-003
                rule AA-001 has no check and does not say why
                rule AA-002 has a check; delete its line 'unchecked'""", problem.getMessage());
    }

    @Test
    void aRuleWithTwoChecksIsRefused() {
        RuleCatalogue catalogue = RuleCatalogue.parse("test", RULES);
        CheckGroup group = CheckGroup.of("group", Check.of("AA-001", s -> {}), Check.of("AA-001", s -> {}));
        IllegalArgumentException problem =
                assertThrows(IllegalArgumentException.class, () -> new Suite(catalogue, List.of(group), Map.of()));
        assertEquals("rule AA-001 has two checks", problem.getMessage());
    }
}
