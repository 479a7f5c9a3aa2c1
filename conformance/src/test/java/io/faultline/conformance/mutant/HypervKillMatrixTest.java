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
import io.faultline.conformance.hyperv.FlagChecks;
import io.faultline.conformance.hyperv.FlagRaceChecks;
import io.faultline.conformance.hyperv.HypercallChecks;
import io.faultline.conformance.hyperv.MessageChecks;
import io.faultline.conformance.hyperv.MessageRaceChecks;
import io.faultline.conformance.hyperv.OverlayChecks;
import io.faultline.conformance.hyperv.ParameterChecks;
import io.faultline.conformance.hyperv.PortChecks;
import io.faultline.conformance.hyperv.RandomWalkChecks;
import io.faultline.conformance.hyperv.RegisterChecks;
import io.faultline.conformance.hyperv.RobustnessChecks;
import io.faultline.conformance.hyperv.SetUpChecks;
import io.faultline.conformance.hyperv.SnapshotChecks;
import io.faultline.conformance.hyperv.SynicRegisterChecks;
import io.faultline.conformance.hyperv.TimerChecks;
import io.faultline.conformance.suite.Suite;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every mutant of the Hyper-V-style backend is killed by the rule it is aimed at, with the expected words, and fails no rule but
 * the recorded ones.
 *
 * <p>A mutant meets the rules of the subject of its own rule, except for those that take long. After a deliberate change, record
 * the collateral again with {@code mvn -pl conformance -am -Dtest=HypervKillMatrixTest -Dfaultline.record=true test} and read the
 * difference; with {@code -Dfaultline.mutants=<regular expression>} only some mutants are run.
 */
class HypervKillMatrixTest {
    private static final String FILES = "hyperv-";
    private static final List<String> RULES = Suite.standard().checks().stream()
            .map(Check::rule)
            .filter(rule -> rule.startsWith("HV-"))
            .toList();

    /** Rules that would take half of the time if every mutant of their subjects met them. */
    private static final Set<String> COSTLY = Set.of(
            "HV-050", "HV-056", "HV-061", "HV-082", "HV-087", "HV-090", "HV-091", "HV-092", "HV-093", "HV-094",
            "HV-096", "HV-097", "HV-100", "HV-101", "HV-102");

    private static final List<CheckGroup> SUBJECTS = List.of(
            FlagChecks.GROUP,
            FlagRaceChecks.GROUP,
            HypercallChecks.GROUP,
            MessageChecks.GROUP,
            MessageRaceChecks.GROUP,
            OverlayChecks.GROUP,
            ParameterChecks.GROUP,
            PortChecks.GROUP,
            RandomWalkChecks.GROUP,
            RegisterChecks.GROUP,
            RobustnessChecks.GROUP,
            SetUpChecks.GROUP,
            SnapshotChecks.GROUP,
            SynicRegisterChecks.GROUP,
            TimerChecks.GROUP);

    private static KillMatrix matrix;

    @BeforeAll
    static void runEveryMutant() throws IOException {
        matrix = RecordedMatrix.of(HypervKillMatrixTest.class, FILES, mutants(), HypervKillMatrixTest::options);
    }

    private static RunOptions options(Mutant mutant) {
        List<String> rules = RULES.stream()
                .filter(rule -> rule.equals(mutant.rule()) || isNear(rule, mutant.rule()))
                .toList();
        return RunOptions.of(Suite.standard()).filter(new RuleFilter(rules));
    }

    /** Whether two rules have the same subject, and the first does not take long. */
    private static boolean isNear(String rule, String other) {
        return !SlowHypervRules.ALL.contains(rule)
                && !COSTLY.contains(rule)
                && SUBJECTS.stream().anyMatch(group -> hasRule(group, rule) && hasRule(group, other));
    }

    private static boolean hasRule(CheckGroup group, String rule) {
        return group.checks().stream().anyMatch(check -> check.rule().equals(rule));
    }

    static List<Mutant> mutants() {
        return Stream.of(
                        HypervCallMutants.ALL,
                        HypervRegisterMutants.ALL,
                        HypervMessageMutants.ALL,
                        HypervPortMutants.ALL,
                        HypervTimerMutants.ALL)
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
        Stream.of(
                        mutants(),
                        HypervPageFaultMutants.ALL,
                        HypervInterceptMutants.ALL,
                        KvmKillMatrixTest.mutants(),
                        XenKillMatrixTest.mutants(),
                        XenPageFaultMutants.ALL)
                .flatMap(List::stream)
                .forEach(mutant -> assertTrue(names.add(mutant.id()), mutant.id() + " is used twice"));
    }

    @Test
    void everyCheckHasAMutantOfItsOwn() {
        Set<String> aimedAt = new TreeSet<>();
        mutants().forEach(mutant -> aimedAt.add(mutant.rule()));
        // HypervPageFaultKillMatrixTest holds these against the checks of asynchronous page faults.
        HypervPageFaultMutants.ALL.forEach(mutant -> aimedAt.add(mutant.rule()));
        assertEquals(
                UnprovenHypervChecks.ALL,
                RULES.stream().filter(rule -> !aimedAt.contains(rule)).toList());
    }
}
