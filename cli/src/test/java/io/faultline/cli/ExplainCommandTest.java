/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplainCommandTest {
    @Test
    void aRuleIsExplained() {
        CommandRun run = CommandRun.of("explain", "sdei-131");
        assertEquals(0, run.status());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("SDEI-131 [MUST] since 0.1"), run.out());
        assertTrue(run.out().contains("source: TFA"), run.out());
        assertTrue(run.out().contains("applies: sdei"), run.out());
        assertTrue(run.out().contains("try it: faultline conformance --rule SDEI-131"), run.out());
    }

    @Test
    void rulesAreExplainedWithACheckOrTheReasonForNone() {
        List<Rule> rules = List.copyOf(Suite.standard().catalogue().rules());
        for (int i = 0; i < rules.size(); i += 25) {
            Rule rule = rules.get(i);
            CommandRun run = CommandRun.of("explain", rule.id());
            assertEquals(0, run.status());
            assertEquals(rule.unchecked().isPresent(), run.out().contains("not checked: "), run.out());
            assertEquals(rule.unchecked().isEmpty(), run.out().contains("checked: by guest code"), run.out());
            assertEquals(rule.gates().isEmpty(), run.out().contains("applies: always"), run.out());
        }
    }

    @Test
    void anUnknownRuleIsStatusTwo() {
        CommandRun run = CommandRun.of("explain", "SDEI-999");
        assertEquals(
                "faultline: no rule has the id 'SDEI-999'; 'faultline conformance --list' shows them all"
                        + System.lineSeparator(),
                run.err());
        assertEquals(2, run.status());
    }
}
