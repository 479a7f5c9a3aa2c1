/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.pagefault.AssistChecks;
import io.faultline.conformance.suite.Suite;
import io.faultline.conformance.xen.PageFaultChecks;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every mutant is killed by the rule it is aimed at, with the expected words, and fails no rule but the recorded ones.
 *
 * <p>After a deliberate change, record the collateral again with
 * {@code mvn -pl conformance -am -Dtest=KvmKillMatrixTest -Dfaultline.record=true test} and read the difference.
 */
class KvmKillMatrixTest {
    private static final String FILES = "";
    private static final int FEWEST_MUTANTS = 100;

    private static KillMatrix matrix;

    @BeforeAll
    static void runEveryMutant() throws IOException {
        matrix =
                RecordedMatrix.of(KvmKillMatrixTest.class, FILES, mutants(), mutant -> RunOptions.of(Suite.standard()));
    }

    static List<Mutant> mutants() {
        return Stream.of(
                        SdeiCallMutants.ALL,
                        SdeiDispatchMutants.ALL,
                        SdeiBindMutants.ALL,
                        PageFaultMutants.ALL,
                        PageFaultCornerMutants.ALL,
                        PpiRouteMutants.ALL)
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void everyMutantIsKilledAsItShouldBe() {
        assertEquals(
                List.of(),
                matrix.findings(),
                () -> "see " + RecordedMatrix.file(FILES).toAbsolutePath());
    }

    @Test
    void thereAreManyMutantsAndNoTwoHaveOneName() {
        Set<String> names = new TreeSet<>();
        mutants().forEach(mutant -> assertTrue(names.add(mutant.id()), mutant.id() + " is used twice"));
        assertTrue(names.size() >= FEWEST_MUTANTS, "only " + names.size() + " mutants");
    }

    @Test
    void nearlyEveryCheckIsProvenByAMutant() {
        Set<String> proven = new TreeSet<>();
        matrix.rows().forEach(row -> proven.addAll(row.failed()));
        List<String> unproven = Suite.standard().checks().stream()
                .map(Check::rule)
                .filter(rule -> rule.startsWith("SDEI-") || rule.startsWith("APF-"))
                .filter(rule -> Stream.of(PageFaultChecks.GROUP, AssistChecks.GROUP)
                        .flatMap(group -> group.checks().stream())
                        .noneMatch(check -> check.rule().equals(rule)))
                .filter(rule -> !proven.contains(rule))
                .toList();
        assertEquals(UnprovenChecks.ALL, unproven);
    }
}
