/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.pagefault.FaultCounters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Anything in any order, against a model. */
class PageFaultModelTest {
    private static final int STEPS = 800;

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, false", "4, false", "1, true", "2, true", "3, true", "4, true"})
    void anythingInAnyOrderIsAsTheModelSays(long seed, boolean byFlag) {
        ModelledGuests guests = new ModelledGuests(seed, byFlag);
        for (int step = 0; step < STEPS; step++) {
            guests.step();
            guests.compare(step);
        }
        FaultCounters counters = guests.counters();
        assertTrue(counters.announced() > 20, counters::toString);
        assertTrue(counters.ready() > 10, counters::toString);
    }
}
