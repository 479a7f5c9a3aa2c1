/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.suite.Suite;
import io.faultline.conformance.xen.PageFaultChecks;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every check of asynchronous page faults in the style of Xen can fail, and does for the bug that it is there for. */
class XenPageFaultKillMatrixTest {
    @Test
    void everyMutantIsKilledAndEveryCheckIsProven() {
        RunOptions options = RunOptions.of(Suite.standard())
                .filter(new RuleFilter(
                        PageFaultChecks.GROUP.checks().stream().map(Check::rule).toList()));
        KillMatrix matrix = KillMatrix.run(XenPageFaultMutants.ALL, options);
        assertEquals(List.of(), matrix.findings());
        Set<String> proven = new TreeSet<>();
        matrix.rows().forEach(row -> proven.addAll(row.failed()));
        List<String> unproven = PageFaultChecks.GROUP.checks().stream()
                .map(Check::rule)
                .filter(rule -> !proven.contains(rule))
                .toList();
        assertEquals(List.of(), unproven);
    }
}
