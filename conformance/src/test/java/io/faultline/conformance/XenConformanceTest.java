/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Xen-style backend keeps every rule that applies to it, whichever of Xen's builds it is like. */
class XenConformanceTest {
    private static final Suite SUITE = Suite.standard();

    private static final RuleFilter XEN =
            new RuleFilter(List.of("XEN-*", "APF-067", "APF-112", "APF-136", "APF-137", "APF-192", "APF-193"));

    private static final RuleFilter XEN_AND_PAGE_FAULTS = new RuleFilter(List.of("XEN-*", "APF-*"));

    private static SuiteRun run(String settings, RunOptions options) {
        return SuiteRun.of(new XenBackendProvider(), settings, options);
    }

    @Test
    void everyRuleIsKeptTwiceWithTheSameTrace() {
        SuiteRun report = run("", RunOptions.of(SUITE));
        report.expectNoProblem();
        report.expectPassed("XEN", 160);
        report.expectPassed("APF", 65);
        report.expectPassed("API", 25);
        assertEquals(report.tokens(), run("", RunOptions.of(SUITE)).tokens());
    }

    @Test
    void everyRuleIsKeptWhenTheMachineIsSavedAndRestoredBeforeEveryOperation() {
        run("", RunOptions.of(SUITE).filter(XEN).cuts(CutPlan.EVERYWHERE)).expectNoProblem();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xen.upcall=edge,xen.remap=moves,xen.misplaced-vcpu-info=einval,xen.expand-two-level=enosys",
                "xen.upcall=resampled,xen.neighbours=machines,xen.xsm=dummy,xen.rebind-pending=raised",
                "xen.max-ports=131071,xen.global-virq=silent,xen.xen-owned-ports=2",
                "xen.version=4.17.7,xen.upcall=edge,xen.global-virq=silent,xen.vcpu-info-checks=older",
                "xen.fifo=absent,xen.arguments=destroyed,xen.undefined-address=at"
            })
    void everyRuleIsKeptByOtherBuilds(String settings) {
        run(settings, RunOptions.of(SUITE).filter(XEN_AND_PAGE_FAULTS)).expectNoProblem();
    }
}
