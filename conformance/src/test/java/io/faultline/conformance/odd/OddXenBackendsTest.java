/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.odd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each choice in which builds of Xen differ is all right by itself: the suite demands no more than the rules say. */
class OddXenBackendsTest {
    private static final RuleFilter XEN = new RuleFilter(List.of("XEN-*"));

    /** Without the FIFO ABI, the rules about it do not apply. */
    private static final int FEWEST = 100;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xen.upcall=edge",
                "xen.upcall=resampled",
                "xen.event-ppi=23",
                "xen.fifo=absent",
                "xen.max-ports=63",
                "xen.max-ports=130",
                "xen.max-ports=4095",
                "xen.max-ports=131071",
                "xen.remap=moves",
                "xen.global-virq=silent",
                "xen.rebind-pending=raised",
                "xen.undeliverable=pending",
                "xen.xsm=dummy",
                "xen.neighbours=machines",
                "xen.neighbours=machines,xen.xsm=dummy",
                "xen.misplaced-vcpu-info=einval",
                "xen.vcpu-info-checks=older",
                "xen.vcpu-info-checks=older,xen.misplaced-vcpu-info=einval",
                "xen.xen-owned-ports=3",
                "xen.xen-owned-ports=16,xen.xen-owned-status=refused,xen.console=off,xen.store=none",
                "xen.expand-two-level=enosys",
                "xen.xen-owned-status=refused",
                "xen.arguments=destroyed",
                "xen.undefined-address=at",
                "xen.store=late,xen.console=off",
                "xen.store=none,xen.console-io=denied",
                "xen.version=4.14.6-odd,xen.epoch=1099511627776,xen.grant-frames=1"
            })
    void choicesThatAreLeftOpenAreAllRight(String settings) {
        XenBackendProvider provider = new XenBackendProvider();
        BackendConfiguration configuration = BackendConfiguration.parse(provider.descriptor(), settings);
        try (Subject subject = Subject.open(provider, configuration)) {
            ConformanceReport report =
                    ConformanceRunner.run(subject, RunOptions.of(Suite.standard()).filter(XEN));

            assertEquals(
                    List.of(),
                    report.problems().stream()
                            .map(result -> result.explanation())
                            .toList());
            assertTrue(
                    report.results().stream()
                                    .filter(result -> result.verdict() == Verdict.PASS)
                                    .count()
                            >= FEWEST,
                    "most of the rules apply");
        }
    }
}
