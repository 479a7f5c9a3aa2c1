/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import java.util.List;

/**
 * What came of one run of a check with one seed.
 *
 * @param verdict PASS, FAIL, INCONCLUSIVE, ERROR or TIMED_OUT
 * @param message why
 * @param witnessed what was witnessed
 * @param traceHash hash of the trace
 * @param trace its last lines
 * @param operations guest operations
 */
record CheckOutcome(
        Verdict verdict, String message, List<String> witnessed, long traceHash, List<String> trace, long operations) {
    CheckOutcome {
        witnessed = List.copyOf(witnessed);
        trace = List.copyOf(trace);
    }
}
