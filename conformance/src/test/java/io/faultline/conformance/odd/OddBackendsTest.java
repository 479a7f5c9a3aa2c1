/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.odd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that make other choices than usual, all of them allowed, pass: the suite demands no more than the rules say. */
class OddBackendsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sdei.dispatcher=absent",
                "sdei.conduit=hvc",
                "sdei.version=1.1,sdei.vendor=kvm",
                "sdei.signaled-value=1",
                "sdei.signal-not-ready=pend",
                "sdei.resume-pstate=clear",
                "sdei.resume-pstate=inherit",
                "sdei.zero-entry=accept",
                "sdei.context-check-order=handler-first",
                "sdei.status-check=refuse",
                "sdei.resume-address=denied",
                "sdei.order=highest",
                "sdei.rm-any=lowest",
                "sdei.rm-any=rotate",
                "sdei.private-affinity=ignore",
                "sdei.reset=partial",
                "apf.slots=1",
                "apf.slots=2",
                "apf.early-page=keep",
                "apf.restore=wake-all",
                "apf.undeliverable=stop",
                "apf.supervisor=park",
                "apf.failures=1",
                "apf.function=66",
                "apf.reply=ignored"
            })
    void choicesThatAreLeftOpenAreAllRight(String settings) {
        KvmBackendProvider provider = new KvmBackendProvider();
        BackendConfiguration configuration = BackendConfiguration.parse(provider.descriptor(), settings);
        try (Subject subject = Subject.open(provider, configuration)) {
            ConformanceReport report = ConformanceRunner.run(subject, RunOptions.of(Suite.standard()));

            assertEquals(
                    List.of(),
                    report.problems().stream()
                            .map(result -> result.explanation())
                            .toList());
            assertTrue(report.results().size() > 400, "the whole catalogue was looked at");
        }
    }
}
