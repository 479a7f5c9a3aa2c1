/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CountingTokensTest {
    private static FaultContext fault(int vcpu) {
        return new FaultContext(vcpu, 0x1000, AccessKind.READ, false, 0, ProcessorState.EL0T);
    }

    @Test
    void aTokenIsTheSequenceNumberOverTheVcpu() {
        CountingTokens tokens = new CountingTokens(4);
        assertEquals(0x1003, tokens.next(fault(3), token -> false).orElseThrow());
        assertEquals(0x2003, tokens.next(fault(3), token -> false).orElseThrow());
        assertEquals(0x1000, tokens.next(fault(0), token -> false).orElseThrow());
    }

    @Test
    void zeroAndAllOnesNeverOccurAndTheNumberWraps() {
        CountingTokens tokens = new CountingTokens(1);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 1 << 20; i++) {
            long token = tokens.next(fault(0), other -> false).orElseThrow();
            assertTrue(token != 0 && token != 0xFFFF_FFFFL);
            seen.add(token);
        }
        assertEquals((1 << 20) - 1, seen.size(), "every number but the one that gives 0, and one of them twice");

        CountingTokens last = new CountingTokens(4096);
        long highest = 0;
        for (int i = 0; i < 1 << 20; i++) {
            highest = Math.max(highest, last.next(fault(4095), other -> false).orElseThrow());
        }
        assertEquals(0xFFFF_EFFFL, highest);
    }

    @Test
    void theFirstTokenMayBeZeroAndNoOther() {
        CountingTokens tokens = new CountingTokens(2, 0);
        assertEquals(0, tokens.next(fault(0), token -> false).orElseThrow());
        assertEquals(0x1000, tokens.next(fault(0), token -> false).orElseThrow());
        assertEquals(1, tokens.next(fault(1), token -> false).orElseThrow());
        tokens.reset();
        assertEquals(0, tokens.next(fault(0), token -> false).orElseThrow());
        assertTrue(tokens.isPossible(0));
        assertFalse(new CountingTokens(2).isPossible(0));
        assertThrows(IllegalArgumentException.class, () -> new CountingTokens(2, 2));
    }

    @Test
    void outstandingTokensAreSkipped() {
        CountingTokens tokens = new CountingTokens(1);
        assertEquals(0x3000, tokens.next(fault(0), token -> token < 0x3000).orElseThrow());
        assertTrue(tokens.next(fault(0), token -> true).isEmpty());
    }

    @Test
    void manyVcpusStayApart() {
        CountingTokens tokens = new CountingTokens(5000);
        assertEquals(1L << 13 | 4999, tokens.next(fault(4999), token -> false).orElseThrow());
        assertEquals(1L << 13 | 903, tokens.next(fault(903), token -> false).orElseThrow());
    }

    @Test
    void theSequenceIsSavedAndChecked() {
        CountingTokens tokens = new CountingTokens(2);
        tokens.next(fault(1), token -> false);
        StateWriter writer = new StateWriter();
        tokens.save(writer);
        CountingTokens other = new CountingTokens(2);
        other.restore(new StateReader(writer.values()));
        assertEquals(0x2001, other.next(fault(1), token -> false).orElseThrow());
        assertEquals(0x1000, other.next(fault(0), token -> false).orElseThrow());

        StateReader damaged = new StateReader(Map.of("sequence", new StateValue.Words(new long[] {0, 1L << 20})));
        assertEquals(
                ErrorId.INVALID_STATE,
                assertThrows(HypervisorException.class, () -> other.restore(damaged))
                        .id());
    }
}
