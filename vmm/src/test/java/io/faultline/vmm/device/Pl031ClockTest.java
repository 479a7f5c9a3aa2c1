/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import static io.faultline.api.arm64.AccessWidth.BYTE;
import static io.faultline.api.arm64.AccessWidth.DOUBLEWORD;
import static io.faultline.api.arm64.AccessWidth.WORD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VirtualClock;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class Pl031ClockTest {
    private static final long SECOND = 1_000_000_000L;

    private long nanos;
    private final VirtualClock time = new VirtualClock() {
        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public OptionalLong nextDeadline() {
            return OptionalLong.empty();
        }

        @Override
        public void skipTo(long later) {
            nanos = later;
        }
    };
    private final List<Boolean> levels = new ArrayList<>();
    private Pl031Clock clock = new Pl031Clock(time, 1000, levels::add);

    private long read(int offset) {
        return clock.read(offset, WORD).orElseThrow();
    }

    private void write(int offset, long value) {
        assertTrue(clock.write(offset, WORD, value));
    }

    @Test
    void countsSecondsOfTheMachine() {
        assertEquals(1000, read(0));
        nanos = SECOND - 1;
        assertEquals(1000, read(0));
        nanos = 5 * SECOND;
        assertEquals(1005, read(0));
        assertEquals(OptionalLong.of(1005 & 0xFF), clock.read(0, BYTE));
    }

    @Test
    void beginsAtTheFixedEpoch() {
        clock = new Pl031Clock(time, Pl031Clock.DEFAULT_EPOCH, InterruptLine.NONE);
        assertEquals(0x6955_B900L, read(0));
    }

    @Test
    void wrapsAfter32Bits() {
        clock = new Pl031Clock(time, 0xFFFF_FFFFL, InterruptLine.NONE);
        nanos = SECOND;
        assertEquals(0, read(0));
    }

    @Test
    void goesOnFromTheLoadedTime() {
        nanos = 10 * SECOND;
        write(0x08, 77);
        assertEquals(77, read(0));
        assertEquals(77, read(0x08));
        nanos = 13 * SECOND;
        assertEquals(80, read(0));
    }

    @Test
    void alwaysRuns() {
        assertEquals(1, read(0x0C));
        write(0x0C, 0);
        assertEquals(1, read(0x0C));
    }

    @Test
    void raisesTheMatchThatHasPassed() {
        write(0x04, 1003);
        assertEquals(1003, read(0x04));
        nanos = 2 * SECOND;
        assertEquals(0, read(0x14));
        nanos = 60 * SECOND;
        assertEquals(1, read(0x14));
        assertEquals(0, read(0x18));
        write(0x10, 1);
        assertEquals(1, read(0x10));
        assertEquals(1, read(0x18));
        write(0x1C, 1);
        assertEquals(0, read(0x14));
        assertEquals(0, read(0x1C));
        nanos = 90 * SECOND;
        assertEquals(0, read(0x14), "one match is raised once");
    }

    @Test
    void raisesAMatchWithThePresentSecond() {
        write(0x04, 1000);
        assertEquals(1, read(0x14));
        write(0x1C, 1);
        write(0x08, 1001);
        assertEquals(0, read(0x14));
        write(0x08, 1000);
        assertEquals(1, read(0x14));
    }

    @Test
    void ignoresWritesToReadOnlyRegisters() {
        for (int offset : new int[] {0x00, 0x14, 0x18, 0xFE0}) {
            long before = read(offset);
            write(offset, -1);
            assertEquals(before, read(offset));
        }
    }

    @Test
    void showsItsIdentification() {
        int[] expected = {0x31, 0x10, 0x04, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], read(0xFE0 + 4 * i));
        }
    }

    @Test
    void refusesWhatIsNotARegister() {
        for (int offset : new int[] {0x20, 0xFDC, 0x02, 0x1000, -4}) {
            assertEquals(OptionalLong.empty(), clock.read(offset, WORD));
            assertFalse(clock.write(offset, WORD, 0));
        }
        assertEquals(OptionalLong.empty(), clock.read(0, DOUBLEWORD));
        assertFalse(clock.write(4, DOUBLEWORD, 0));
    }

    @Test
    void theAlarmDrivesTheLineAtItsDeadline() {
        assertEquals(OptionalLong.empty(), clock.nextDeadline());
        write(0x04, 1003);
        write(0x10, 1);
        assertEquals(OptionalLong.of(3 * SECOND), clock.nextDeadline());
        clock.update();
        assertFalse(levels.contains(true));
        nanos = 3 * SECOND;
        assertEquals(3 * SECOND + (1L << 32) * SECOND, clock.nextDeadline().orElseThrow());
        nanos = 4 * SECOND;
        clock.update();
        assertTrue(levels.get(levels.size() - 1));
        assertEquals(OptionalLong.empty(), clock.nextDeadline());
        write(0x1C, 1);
        assertFalse(levels.get(levels.size() - 1));
    }

    private static Map<String, StateValue> saved(Pl031Clock of) {
        StateWriter writer = new StateWriter();
        of.save(writer);
        return writer.values();
    }

    @Test
    void goesOnWhereItWasSaved() {
        write(0x08, 5000);
        write(0x04, 5010);
        write(0x10, 1);
        nanos = 3 * SECOND;
        clock.update();
        Map<String, StateValue> state = saved(clock);
        clock = new Pl031Clock(time, 9, levels::add);
        clock.restore(new StateReader(state));
        assertEquals(state, saved(clock));
        assertEquals(5003, read(0));
        assertEquals(OptionalLong.of(10 * SECOND), clock.nextDeadline());
        nanos = 10 * SECOND;
        clock.update();
        assertEquals(1, read(0x18));
    }

    @Test
    void resetGoesBackToTheEpoch() {
        Map<String, StateValue> fresh = saved(clock);
        write(0x08, 5000);
        write(0x04, 5000);
        write(0x10, 1);
        clock.reset();
        assertEquals(fresh, saved(clock));
        assertEquals(1000, read(0));
        assertFalse(levels.get(levels.size() - 1));
    }

    @Test
    void refusesStatesThatCannotBe() {
        Map<String, StateValue> good = saved(clock);
        for (String name : good.keySet()) {
            Map<String, StateValue> bad = new TreeMap<>(good);
            bad.put(name, new StateValue.Word(-1));
            assertThrows(HypervisorException.class, () -> clock.restore(new StateReader(bad)), name);
        }
    }
}
