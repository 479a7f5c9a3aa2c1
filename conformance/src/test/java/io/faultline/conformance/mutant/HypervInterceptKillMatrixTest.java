/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.contract.InterceptChecks;
import io.faultline.conformance.contract.InterceptMessageChecks;
import io.faultline.conformance.contract.SuspensionChecks;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.hyperv.InterceptCallChecks;
import io.faultline.conformance.suite.Suite;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every mutant of memory intercepts is killed by the rule it is aimed at, and fails none of the rules of memory intercepts but
 * the recorded ones. {@link HypervKillMatrixTest} holds their names against those of all other mutants.
 *
 * <p>A mutant meets all rules of memory intercepts. After a deliberate change, record the collateral again with
 * {@code mvn -pl conformance -am -Dtest=HypervInterceptKillMatrixTest -Dfaultline.record=true test}.
 */
class HypervInterceptKillMatrixTest {
    private static final String FILES = "hyperv-intercept-";
    private static final List<String> RULES = Stream.of(
                    InterceptChecks.GROUP,
                    SuspensionChecks.GROUP,
                    InterceptMessageChecks.GROUP,
                    InterceptCallChecks.GROUP)
            .flatMap(group -> group.checks().stream())
            .map(Check::rule)
            .sorted()
            .toList();

    private static KillMatrix matrix;

    @BeforeAll
    static void runEveryMutant() throws IOException {
        RunOptions options = RunOptions.of(Suite.standard()).filter(new RuleFilter(RULES));
        matrix = RecordedMatrix.of(
                HypervInterceptKillMatrixTest.class, FILES, HypervInterceptMutants.ALL, mutant -> options);
    }

    @Test
    void everyMutantIsKilledAsItShouldBe() {
        assertEquals(
                List.of(),
                matrix.findings(),
                () -> "see " + RecordedMatrix.file(FILES).toAbsolutePath());
    }

    @Test
    void everyCheckHasAMutantOfItsOwn() {
        Set<String> aimedAt = new TreeSet<>();
        HypervInterceptMutants.ALL.forEach(mutant -> aimedAt.add(mutant.rule()));
        assertEquals(RULES, List.copyOf(aimedAt));
    }
}
