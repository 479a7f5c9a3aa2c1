/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.fake.FakeBackend;
import io.faultline.conformance.rule.RuleCatalogue;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class KillMatrixTest {
    private static final String RULES = """
            [AA-001]
            level = MUST
            says = 1 gives 1.
            source = test
            [AA-002]
            level = MUST
            says = 2 gives 2.
            source = test
            """;

    private static final CheckGroup GROUP = CheckGroup.of(
            "group",
            Check.of(
                    "AA-001",
                    s -> s.expectEqual("result of 1", 1, s.machine().cpu(0).call(1, 1))),
            Check.of(
                    "AA-002",
                    s -> s.expectEqual("result of 2", 2, s.machine().cpu(0).call(2, 2))));

    private static final RunOptions OPTIONS =
            RunOptions.of(new Suite(RuleCatalogue.parse("test", RULES), List.of(GROUP), Map.of()));

    private static Supplier<FakeBackend> adding(int one, int two) {
        return () -> {
            FakeBackend backend = new FakeBackend();
            backend.call = (function, argument) -> argument + (function == 1 ? one : two);
            return backend;
        };
    }

    private static List<String> findings(Mutant... mutants) {
        return KillMatrix.run(List.of(mutants), OPTIONS).findings();
    }

    @Test
    void aMutantThatFailsItsRuleWithTheWordsIsKilled() {
        Mutant mutant = new Mutant("adds-one", "adds 1", "AA-001", "expected:  1", Set.of("AA-002"), adding(1, 1));
        KillMatrix matrix = KillMatrix.run(List.of(mutant), OPTIONS);
        assertEquals(List.of(), matrix.findings());
        assertEquals(List.of("AA-001", "AA-002"), matrix.rows().get(0).failed());
        assertTrue(matrix.render().contains("AA-001    killed; fails [AA-001, AA-002]"));
    }

    @Test
    void aMutantThatPassesItsRuleHasSurvived() {
        assertEquals(
                List.of("none: survived: AA-001 is PASS"),
                findings(new Mutant("none", "nothing", "AA-001", "x", Set.of(), adding(0, 0))));
    }

    @Test
    void collateralHasToBeDeclared() {
        assertEquals(
                List.of("both: also fails AA-002, which is not declared as collateral"),
                findings(new Mutant("both", "adds 1", "AA-001", "result of 1", Set.of(), adding(1, 1))));
    }

    @Test
    void theFailureHasToSayWhatIsWrong() {
        List<String> findings = findings(new Mutant("words", "adds 1", "AA-001", "table", Set.of(), adding(1, 0)));
        assertEquals(1, findings.size());
        assertTrue(findings.get(0).startsWith("words: killed without the words 'table':\nAA-001 [MUST] FAIL"));
    }

    @Test
    void theRuleHasToBeRun() {
        assertEquals(
                List.of("far: rule BB-001 was not run"),
                findings(new Mutant("far", "nothing", "BB-001", "x", Set.of(), adding(0, 0))));
    }

    @Test
    void aMutantIsWellFormed() {
        assertThrows(
                IllegalArgumentException.class, () -> new Mutant("Bad Id", "", "AA-001", "x", Set.of(), adding(0, 0)));
        assertThrows(IllegalArgumentException.class, () -> new Mutant("id", "", "AA-001", " ", Set.of(), adding(0, 0)));
    }
}
