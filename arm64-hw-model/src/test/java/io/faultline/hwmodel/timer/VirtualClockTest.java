/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
    @Test
    void anInstructionTakesANanosecondByDefault() {
        VirtualClock clock = new VirtualClock();
        clock.retire(33);
        assertEquals(33, clock.now());
        assertEquals(2, clock.count());
    }

    @Test
    void anInstructionMayTakeLonger() {
        VirtualClock clock = new VirtualClock(16);
        clock.retire(3);
        assertEquals(48, clock.now());
        assertThrows(IllegalArgumentException.class, () -> new VirtualClock(0));
        assertThrows(IllegalArgumentException.class, () -> new VirtualClock(1_000_001));
    }

    @Test
    void idleTimeIsSkippedForward() {
        VirtualClock clock = new VirtualClock();
        clock.advance(1000);
        assertEquals(1000, clock.now());
        assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
    }

    @Test
    void theClockStopsAtItsLargestValue() {
        VirtualClock clock = new VirtualClock();
        clock.advance(Long.MAX_VALUE);
        clock.advance(5);
        assertEquals(VirtualClock.NEVER, clock.now());
        clock.retire(1);
        assertEquals(VirtualClock.NEVER, clock.now());
    }

    @Test
    void aDeadlineIsTheFirstInstructionAtOrAfterIt() {
        VirtualClock clock = new VirtualClock(10);
        clock.advance(5);
        assertEquals(0, clock.instructionsUntil(5));
        assertEquals(1, clock.instructionsUntil(6));
        assertEquals(1, clock.instructionsUntil(15));
        assertEquals(2, clock.instructionsUntil(16));
    }

    @Test
    void stateRoundTrips() {
        VirtualClock clock = new VirtualClock();
        clock.advance(77);
        StateWriter writer = new StateWriter();
        writer.element(clock);
        clock.reset();
        assertEquals(0, clock.now());
        new StateReader(writer.values()).element(clock);
        assertEquals(77, clock.now());
    }
}
