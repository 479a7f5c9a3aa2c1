/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultLifeTest {
    @Test
    void everyStateIsReachedAndEveryLifeCanEnd() {
        Set<FaultState> reached = EnumSet.of(FaultState.STARTED);
        for (int round = 0; round < FaultState.count(); round++) {
            for (FaultState from : EnumSet.copyOf(reached)) {
                for (FaultEvent event : FaultEvent.values()) {
                    if (FaultLife.allows(from, event)) {
                        reached.add(FaultLife.next(from, event));
                    }
                }
            }
        }
        assertEquals(EnumSet.allOf(FaultState.class), reached);
        for (FaultState state : FaultState.values()) {
            boolean hasNext = false;
            for (FaultEvent event : FaultEvent.values()) {
                hasNext |= FaultLife.allows(state, event);
            }
            assertEquals(!state.isOver(), hasNext, state + " must end or go on");
        }
    }

    @Test
    void everyFaultThatLivesCanBeCancelled() {
        for (FaultState state : FaultState.values()) {
            boolean begun = !state.isOver() && state != FaultState.STARTED;
            assertEquals(begun, FaultLife.allows(state, FaultEvent.CANCEL), state::toString);
        }
    }

    @Test
    void onlyOutstandingFaultsBecomeReadyOrCovered() {
        for (FaultState from : FaultState.values()) {
            for (FaultEvent event : FaultEvent.values()) {
                if (!FaultLife.allows(from, event)) {
                    continue;
                }
                FaultState to = FaultLife.next(from, event);
                boolean counted = from.account() != to.account();
                assertTrue(
                        !counted || from == FaultState.STARTED || from.account() == FaultState.Account.OUTSTANDING,
                        from + " to " + to + " would be counted twice");
            }
        }
    }

    @Test
    void whatIsNotInTheTableIsADefect() {
        HypervisorException failure =
                assertThrows(HypervisorException.class, () -> FaultLife.next(FaultState.ENDED_READY, FaultEvent.SHOW));
        assertEquals(ErrorId.INTERNAL, failure.id());
        assertFalse(FaultLife.allows(FaultState.ENDED_SILENT, FaultEvent.ARRIVE));
    }
}
