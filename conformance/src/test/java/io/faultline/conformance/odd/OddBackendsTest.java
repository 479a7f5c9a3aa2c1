/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.odd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.SuiteRun;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.suite.Suite;
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
        SuiteRun run = SuiteRun.of(new KvmBackendProvider(), settings, RunOptions.of(Suite.standard()));
        run.expectNoProblem();
        assertTrue(run.report().results().size() > 400, "the whole catalogue was looked at");
    }
}
