/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleReaderTest {
    private static final String GOOD = """
            # a comment

            [AA-001]
            level     = SHOULD
            says      = A long sentence
                        on two lines.
            source    = somewhere = here
            applies   = sdei, vcpus>=2, !psci
            since     = 0.2
            hint      = look here
            hint      = and there
            unchecked = NEEDS_FEATURE: no binding
            """;

    private static Rule only(String text) {
        return RuleCatalogue.parse("f", text).rules().iterator().next();
    }

    @Test
    void readsEveryField() {
        Rule rule = only(GOOD);
        assertEquals(
                new Rule(
                        "AA-001",
                        Level.SHOULD,
                        "A long sentence on two lines.",
                        "somewhere = here",
                        List.of(new Gate("sdei", true, 0), new Gate("vcpus", true, 2), new Gate("psci", false, 0)),
                        "0.2",
                        List.of("look here", "and there"),
                        Optional.of(new Rule.Unchecked(Reason.NEEDS_FEATURE, "no binding"))),
                rule);
        assertEquals("AA", rule.chapter());
        assertEquals("[sdei, vcpus>=2, !psci]", rule.gates().toString());
    }

    @Test
    void whatIsLeftOutHasADefault() {
        Rule rule = only("[AA-001]\nlevel = MUST\nsays = x\nsource = y\n");
        assertEquals("0.1", rule.since());
        assertEquals(List.of(), rule.gates());
        assertEquals(Optional.empty(), rule.unchecked());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [AA-1]                                                    | f:1: '[AA-1]' is not a rule id in brackets, like [SDEI-057]
            level = MUST                                              | f:1: 'level' comes before the first rule
            ' x'                                                      | f:1: nothing to continue
            [AA-001];lvl = x                                          | f:2: 'lvl' is not one of [applies, hint, level, says, since, source, unchecked]
            [AA-001];level                                            | f:2: 'level' is not one of [applies, hint, level, says, since, source, unchecked]
            [AA-001];level = MUST;level = MAY                         | f:3: rule AA-001 has 'level' twice
            [AA-001];level = MUST;source = x                          | f:1: rule AA-001 has no 'says'
            [AA-001];level = MUST;source = x;says =                   | f:1: rule AA-001 has an empty 'says'
            [AA-001];level = must;source = x;says = y                 | f:1: rule AA-001: level 'must' is not one of [MUST, SHOULD, MAY, IMPL_DEFINED]
            [AA-001];level = MAY;source = x;says = y;applies = a b    | f:1: rule AA-001: 'a b' is not a condition; write id, !id or id>=number
            [AA-001];level = MAY;source = x;says = y;applies = !a>=2  | f:1: rule AA-001: '!a>=2' is not a condition; write id, !id or id>=number
            [AA-001];level = MAY;source = x;says = y;unchecked = x    | f:1: rule AA-001: 'unchecked' needs REASON: explanation
            [AA-001];level = MAY;source = x;says = y;[AA-001]         | f:5: rule AA-001 is already there; ids are never reused
            """)
    void refusesWhatIsWrongByFileAndLine(String text, String problem) {
        String lines = text.replace(';', '\n');
        RuleFormatException exception = assertThrows(RuleFormatException.class, () -> RuleCatalogue.parse("f", lines));
        assertEquals(problem, exception.getMessage());
    }

    @Test
    void refusesAnUnknownReason() {
        String text = GOOD.replace("NEEDS_FEATURE", "BECAUSE");
        RuleFormatException exception = assertThrows(RuleFormatException.class, () -> RuleCatalogue.parse("f", text));
        assertTrue(exception.getMessage().startsWith("f:3: rule AA-001: unchecked 'BECAUSE' is not one of [NOT_YET"));
    }

    @Test
    void gatesLookAtPresenceAndSize() {
        CapabilitySet two = CapabilitySet.builder()
                .with(Capabilities.VCPUS, 2)
                .with(Capabilities.PSCI, true)
                .build();
        assertTrue(new Gate("vcpus", true, 2).isOpen(two));
        assertFalse(new Gate("vcpus", true, 3).isOpen(two));
        assertFalse(new Gate("psci", true, 1).isOpen(two));
        assertFalse(new Gate("sdei", true, 1).isOpen(two));
        assertTrue(new Gate("sdei", false, 0).isOpen(two));
        assertFalse(new Gate("psci", false, 0).isOpen(two));
        assertEquals(
                Optional.of(new Gate("psci", false, 0)),
                only(GOOD.replace("sdei, ", "")).closedGate(two));
    }

    @Test
    void theHashChangesWithWhatARuleDemands() {
        String hash = RuleCatalogue.parse("f", GOOD).hash();
        assertEquals(
                hash,
                RuleCatalogue.parse("g", GOOD.replace("look here", "look")).hash());
        assertNotEquals(
                hash, RuleCatalogue.parse("f", GOOD.replace("long", "short")).hash());
        assertTrue(hash.matches("[0-9a-f]{16}"));
    }
}
