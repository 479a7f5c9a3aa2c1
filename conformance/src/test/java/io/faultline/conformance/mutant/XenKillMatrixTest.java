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
import io.faultline.conformance.suite.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every mutant of the Xen-style backend is killed by the rule it is aimed at, with the expected words, and fails no rule but
 * the recorded ones.
 *
 * <p>Rules whose checks take long, since they fill the table of ports or play many interleavings, are run for the mutants
 * that are aimed at them only. After a deliberate change, record the collateral again with
 * {@code mvn -pl conformance -am -Dtest=XenKillMatrixTest -Dfaultline.record=true test} and read the difference; with
 * {@code -Dfaultline.mutants=<regular expression>} only some mutants are run and nothing else is tested.
 */
class XenKillMatrixTest {
    private static final Path RECORD = Path.of("src/test/resources/io/faultline/conformance/mutant/xen-collateral.txt");
    private static final Path MATRIX = Path.of("target/xen-kill-matrix.txt");
    private static final String SOME = System.getProperty("faultline.mutants", "");
    private static final List<String> RULES = Suite.standard().checks().stream()
            .map(Check::rule)
            .filter(rule -> rule.startsWith("XEN-"))
            .toList();

    private static KillMatrix matrix;

    @BeforeAll
    static void runEveryMutant() throws IOException {
        List<Mutant> mutants = mutants().stream()
                .filter(mutant -> SOME.isEmpty() || mutant.id().matches(SOME))
                .toList();
        List<KillMatrix.Row> rows = mutants.parallelStream()
                .flatMap(mutant -> KillMatrix.run(List.of(mutant), options(mutant)).rows().stream())
                .toList();
        matrix = new KillMatrix(rows);
        Files.createDirectories(MATRIX.getParent());
        Files.writeString(MATRIX, matrix.render());
        if (Boolean.getBoolean("faultline.record")) {
            record(rows);
        }
    }

    private static RunOptions options(Mutant mutant) {
        List<String> rules = RULES.stream()
                .filter(rule -> rule.equals(mutant.rule()) || SOME.isEmpty() && !SlowXenRules.ALL.contains(rule))
                .toList();
        return RunOptions.of(Suite.standard()).filter(new RuleFilter(rules));
    }

    static List<Mutant> mutants() {
        return Stream.of(XenCallMutants.ALL, XenMemoryMutants.ALL, XenPortMutants.ALL, XenTwoLevelMutants.ALL, XenFifoMutants.ALL, XenStateMutants.ALL, XenWaitMutants.ALL)
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void everyMutantIsKilledAsItShouldBe() {
        assertEquals(List.of(), matrix.findings(), () -> "see " + MATRIX.toAbsolutePath());
    }

    @Test
    void noTwoMutantsHaveOneName() {
        Set<String> names = new TreeSet<>();
        mutants().forEach(mutant -> assertTrue(names.add(mutant.id()), mutant.id() + " is used twice"));
        KvmKillMatrixTest.mutants()
                .forEach(mutant -> assertTrue(names.add(mutant.id()), mutant.id() + " is used twice"));
    }

    @Test
    void everyCheckHasAMutantOfItsOwn() {
        Set<String> aimedAt = new TreeSet<>();
        mutants().forEach(mutant -> aimedAt.add(mutant.rule()));
        assertEquals(
                UnprovenXenChecks.ALL,
                RULES.stream().filter(rule -> !aimedAt.contains(rule)).toList());
    }

    private static void record(List<KillMatrix.Row> rows) throws IOException {
        StringBuilder text = new StringBuilder("# Written by XenKillMatrixTest with -Dfaultline.record=true.\n"
                + "# mutant: the rules it fails besides the one it is aimed at\n");
        for (KillMatrix.Row row : rows) {
            List<String> collateral = new ArrayList<>(row.failed());
            collateral.remove(row.mutant().rule());
            if (!collateral.isEmpty()) {
                text.append(row.mutant().id())
                        .append(": ")
                        .append(String.join(" ", collateral))
                        .append('\n');
            }
        }
        Files.createDirectories(RECORD.getParent());
        Files.writeString(RECORD, text);
    }
}
