/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PageFaultValuesTest {
    private static FaultCounters counters(long announced, long ready, long covered, long cancelled, long outstanding) {
        return new FaultCounters(
                announced,
                ready,
                0,
                covered,
                cancelled,
                outstanding,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                new TreeMap<>(Map.of("supervisor-mode", 2L, "limit-reached", 3L)));
    }

    @Test
    void balanceCountsEveryEnd() {
        assertTrue(counters(10, 4, 3, 2, 1).isBalanced());
        assertFalse(counters(10, 4, 3, 2, 0).isBalanced());
    }

    @Test
    void vetoesAreCountedByName() {
        FaultCounters counters = counters(0, 0, 0, 0, 0);
        assertEquals(2, counters.count(Veto.SUPERVISOR_MODE));
        assertEquals(0, counters.count(Veto.AREA_PAGE));
        assertEquals(5, counters.vetoed());
        assertThrows(
                UnsupportedOperationException.class, () -> counters.vetoes().put("x", 1L));
    }

    @Test
    void aVetoHasAStableName() {
        assertEquals("handler-running", Veto.HANDLER_RUNNING.toString());
        assertThrows(IllegalArgumentException.class, () -> new Veto("Not A Name", ""));
        assertThrows(IllegalArgumentException.class, () -> new Veto("", ""));
    }

    @Test
    void aMachineBeginsByLettingTheBackendDecide() {
        assertTrue(FaultDecision.ACCEPT_ALL.accept(0x1000, 3));
    }
}
