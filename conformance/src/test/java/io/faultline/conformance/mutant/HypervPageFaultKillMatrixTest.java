/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.pagefault.AssistChecks;
import io.faultline.conformance.suite.Suite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every mutant of asynchronous page faults in the style of Hyper-V is killed by the rule it is aimed at, and fails none of the
 * rules of that style but the recorded ones.
 *
 * <p>A mutant meets its own rule and those of the style. After a deliberate change, record the collateral again with
 * {@code mvn -pl conformance -am -Dtest=HypervPageFaultKillMatrixTest -Dfaultline.record=true test}.
 */
class HypervPageFaultKillMatrixTest {
    private static final String FILES = "hyperv-page-fault-";
    private static final List<String> OWN =
            AssistChecks.GROUP.checks().stream().map(Check::rule).toList();

    private static KillMatrix matrix;

    @BeforeAll
    static void runEveryMutant() throws IOException {
        matrix = RecordedMatrix.of(
                HypervPageFaultKillMatrixTest.class,
                FILES,
                HypervPageFaultMutants.ALL,
                HypervPageFaultKillMatrixTest::options);
    }

    private static RunOptions options(Mutant mutant) {
        List<String> rules = new ArrayList<>(OWN);
        rules.add(mutant.rule());
        return RunOptions.of(Suite.standard()).filter(new RuleFilter(rules));
    }

    @Test
    void everyMutantIsKilledAsItShouldBe() {
        assertEquals(
                List.of(),
                matrix.findings(),
                () -> "see " + RecordedMatrix.file(FILES).toAbsolutePath());
    }

    @Test
    void everyCheckOfTheStyleIsProvenByAMutantOfItsOwn() {
        Set<String> aimedAt = new TreeSet<>();
        HypervPageFaultMutants.ALL.forEach(mutant -> aimedAt.add(mutant.rule()));
        assertEquals(
                List.of(), OWN.stream().filter(rule -> !aimedAt.contains(rule)).toList());
    }

    @Test
    void noTwoMutantsHaveOneName() {
        Set<String> names = new TreeSet<>();
        KvmKillMatrixTest.mutants().forEach(mutant -> names.add(mutant.id()));
        XenKillMatrixTest.mutants().forEach(mutant -> names.add(mutant.id()));
        XenPageFaultMutants.ALL.forEach(mutant -> names.add(mutant.id()));
        HypervPageFaultMutants.ALL.forEach(
                mutant -> assertTrue(names.add(mutant.id()), mutant.id() + " is used twice"));
    }
}
