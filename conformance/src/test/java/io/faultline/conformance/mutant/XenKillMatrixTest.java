/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.suite.Suite;
import io.faultline.conformance.xen.FifoQueueChecks;
import io.faultline.conformance.xen.FifoSetUpChecks;
import io.faultline.conformance.xen.HandleChecks;
import io.faultline.conformance.xen.HostileFifoChecks;
import io.faultline.conformance.xen.HypercallChecks;
import io.faultline.conformance.xen.PagingChecks;
import io.faultline.conformance.xen.ParameterChecks;
import io.faultline.conformance.xen.PollChecks;
import io.faultline.conformance.xen.PortChecks;
import io.faultline.conformance.xen.PortStateChecks;
import io.faultline.conformance.xen.ResetChecks;
import io.faultline.conformance.xen.SharedInfoChecks;
import io.faultline.conformance.xen.SnapshotChecks;
import io.faultline.conformance.xen.TwoLevelChecks;
import io.faultline.conformance.xen.UpcallInterruptChecks;
import io.faultline.conformance.xen.VcpuInfoChecks;
import io.faultline.conformance.xen.VirqChecks;
import io.faultline.conformance.xen.XenOwnedChecks;
import java.io.IOException;
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
 * <p>A machine's life takes milliseconds, and there are as many mutants as rules: a mutant meets the rules of the subject of
 * its own rule, except for those that take long. After a deliberate change, record the collateral again with
 * {@code mvn -pl conformance -am -Dtest=XenKillMatrixTest -Dfaultline.record=true test} and read the difference; with
 * {@code -Dfaultline.mutants=<regular expression>} only some mutants are run.
 */
class XenKillMatrixTest {
    private static final String FILES = "xen-";
    private static final List<String> RULES = Suite.standard().checks().stream()
            .map(Check::rule)
            .filter(rule -> rule.startsWith("XEN-"))
            .toList();

    private static final List<CheckGroup> SUBJECTS = List.of(
            HypercallChecks.GROUP,
            HandleChecks.GROUP,
            ParameterChecks.GROUP,
            SharedInfoChecks.GROUP,
            VcpuInfoChecks.GROUP,
            PortChecks.GROUP,
            PortStateChecks.GROUP,
            VirqChecks.GROUP,
            XenOwnedChecks.GROUP,
            TwoLevelChecks.GROUP,
            FifoSetUpChecks.GROUP,
            FifoQueueChecks.GROUP,
            HostileFifoChecks.GROUP,
            ResetChecks.GROUP,
            PollChecks.GROUP,
            UpcallInterruptChecks.GROUP,
            SnapshotChecks.GROUP,
            PagingChecks.GROUP);

    private static KillMatrix matrix;

    @BeforeAll
    static void runEveryMutant() throws IOException {
        matrix = RecordedMatrix.of(XenKillMatrixTest.class, FILES, mutants(), XenKillMatrixTest::options);
    }

    private static RunOptions options(Mutant mutant) {
        List<String> rules = RULES.stream()
                .filter(rule -> rule.equals(mutant.rule()) || isNear(rule, mutant.rule()))
                .toList();
        return RunOptions.of(Suite.standard()).filter(new RuleFilter(rules));
    }

    /** Whether two rules have the same subject, and the first does not take long. */
    private static boolean isNear(String rule, String other) {
        return !SlowXenRules.ALL.contains(rule)
                && SUBJECTS.stream().anyMatch(group -> hasRule(group, rule) && hasRule(group, other));
    }

    private static boolean hasRule(CheckGroup group, String rule) {
        return group.checks().stream().anyMatch(check -> check.rule().equals(rule));
    }

    static List<Mutant> mutants() {
        return Stream.of(
                        XenCallMutants.ALL,
                        XenMemoryMutants.ALL,
                        XenPortMutants.ALL,
                        XenTwoLevelMutants.ALL,
                        XenFifoMutants.ALL,
                        XenStateMutants.ALL,
                        XenWaitMutants.ALL,
                        XenRaceMutants.ALL,
                        XenPagingMutants.ALL)
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
        // XenPageFaultKillMatrixTest holds these against the checks of asynchronous page faults.
        XenPageFaultMutants.ALL.forEach(mutant -> aimedAt.add(mutant.rule()));
        assertEquals(
                UnprovenXenChecks.ALL,
                RULES.stream().filter(rule -> !aimedAt.contains(rule)).toList());
    }
}
