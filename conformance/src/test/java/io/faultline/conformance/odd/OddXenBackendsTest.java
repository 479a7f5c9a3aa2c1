/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.odd;

import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.conformance.SuiteRun;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.mutant.SlowXenRules;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each choice in which builds of Xen differ is all right by itself: the suite demands no more than the rules say. */
class OddXenBackendsTest {
    private static final RuleFilter ALL = new RuleFilter(List.of("XEN-*"));

    /** Races take long, and few choices have a part in them. */
    private static final RuleFilter QUICK = new RuleFilter(Suite.standard().checks().stream()
            .map(Check::rule)
            .filter(rule -> rule.startsWith("XEN-") && !SlowXenRules.ALL.contains(rule))
            .toList());

    /** Without the FIFO ABI, the rules about it do not apply. */
    private static final int FEWEST = 90;

    private static void expectNoProblem(String settings, RuleFilter rules) {
        SuiteRun run = SuiteRun.of(
                new XenBackendProvider(),
                settings,
                RunOptions.of(Suite.standard()).filter(rules));
        run.expectNoProblem();
        run.expectPassed("XEN", FEWEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xen.upcall=resampled",
                "xen.rebind-pending=raised",
                "xen.neighbours=machines,xen.xsm=dummy",
                "xen.event-ppi=23",
                "xen.fifo=absent",
                "xen.max-ports=63",
                "xen.max-ports=130",
                "xen.max-ports=4095",
                "xen.max-ports=131071",
                "xen.remap=moves",
                "xen.global-virq=silent",
                "xen.xsm=dummy",
                "xen.neighbours=machines",
                "xen.misplaced-vcpu-info=einval",
                "xen.vcpu-info-checks=older,xen.misplaced-vcpu-info=einval",
                "xen.expand-two-level=enosys",
                "xen.xen-owned-ports=3",
                "xen.xen-owned-ports=16,xen.xen-owned-status=refused,xen.console=off,xen.store=none",
                "xen.vcpu-info-checks=older",
                "xen.arguments=destroyed",
                "xen.undefined-address=at",
                "xen.store=late,xen.console=off",
                "xen.store=none,xen.console-io=denied",
                "xen.version=4.14.6-odd,xen.epoch=1099511627776,xen.grant-frames=1"
            })
    void choicesThatAreLeftOpenAreAllRight(String settings) {
        expectNoProblem(settings, QUICK);
    }

    /** Other choices that have a part in races are held against all rules by XenConformanceTest. */
    @ParameterizedTest
    @ValueSource(strings = {"xen.upcall=edge", "xen.undeliverable=pending"})
    void choicesThatHaveAPartInRacesAreAllRight(String settings) {
        expectNoProblem(settings, ALL);
    }
}
