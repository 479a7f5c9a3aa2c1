/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GenericTimersTest {
    private static final long ENABLE = 1;
    private static final long IMASK = 2;
    private static final long ISTATUS = 4;

    private final VirtualClock clock = new VirtualClock();
    private final Redistributor redistributor = new InterruptController(List.of(Affinity.ofIndex(0))).redistributor(0);
    private final GenericTimers timers = new GenericTimers(clock, redistributor);

    private boolean line(int ppi) {
        timers.update();
        return redistributor.isLineHigh(ppi);
    }

    @Test
    void countersCountAtTheirFrequency() {
        clock.advance(1_000_000_000);
        assertEquals(62_500_000, timers.read(SystemRegister.CNTPCT_EL0));
        assertEquals(62_500_000, timers.read(SystemRegister.CNTFRQ_EL0));
    }

    @Test
    void theVirtualCountIsOffset() {
        clock.advance(160);
        timers.write(SystemRegister.CNTVOFF_EL2, 3);
        assertEquals(7, timers.read(SystemRegister.CNTVCT_EL0));
        assertEquals(10, timers.read(SystemRegister.CNTPCT_EL0));
        assertEquals(3, timers.read(SystemRegister.CNTVOFF_EL2));
    }

    @Test
    void aTimerFiresAtItsCompareValue() {
        timers.write(SystemRegister.CNTV_CVAL_EL0, 10);
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE);
        assertEquals(160, timers.nextDeadline());
        assertEquals(ENABLE, timers.read(SystemRegister.CNTV_CTL_EL0));
        clock.advance(159);
        assertFalse(line(27));
        clock.advance(1);
        assertTrue(line(27));
        assertFalse(line(30));
        assertEquals(ENABLE | ISTATUS, timers.read(SystemRegister.CNTV_CTL_EL0));
        assertEquals(VirtualClock.NEVER, timers.nextDeadline());
    }

    @Test
    void thePhysicalTimerHasAnInterruptOfItsOwn() {
        timers.write(SystemRegister.CNTP_TVAL_EL0, 5);
        timers.write(SystemRegister.CNTP_CTL_EL0, ENABLE);
        assertEquals(5, timers.read(SystemRegister.CNTP_CVAL_EL0));
        assertEquals(5, timers.read(SystemRegister.CNTP_TVAL_EL0));
        clock.advance(96);
        assertTrue(line(30));
        assertFalse(line(27));
        assertEquals(0xFFFF_FFFFL, timers.read(SystemRegister.CNTP_TVAL_EL0));
    }

    @Test
    void aMaskedTimerHasItsStatusButNoLine() {
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE | IMASK);
        assertFalse(line(27));
        assertEquals(ENABLE | IMASK | ISTATUS, timers.read(SystemRegister.CNTV_CTL_EL0));
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE);
        assertTrue(redistributor.isLineHigh(27));
        timers.write(SystemRegister.CNTV_CTL_EL0, 0);
        assertFalse(redistributor.isLineHigh(27));
        assertEquals(0, timers.read(SystemRegister.CNTV_CTL_EL0));
    }

    @Test
    void movingTheCompareValueLowersTheLine() {
        clock.advance(1600);
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE);
        assertTrue(redistributor.isLineHigh(27));
        timers.write(SystemRegister.CNTV_TVAL_EL0, 100);
        assertFalse(redistributor.isLineHigh(27));
        assertEquals(200, timers.read(SystemRegister.CNTV_CVAL_EL0));
        assertEquals(100, timers.read(SystemRegister.CNTV_TVAL_EL0));
        assertEquals(3200, timers.nextDeadline());
    }

    @Test
    void aNegativeTimerValueIsInThePast() {
        clock.advance(1600);
        timers.write(SystemRegister.CNTV_TVAL_EL0, 0xFFFF_FFFFL);
        assertEquals(99, timers.read(SystemRegister.CNTV_CVAL_EL0));
    }

    @Test
    void compareValuesAreUnsigned() {
        timers.write(SystemRegister.CNTV_CVAL_EL0, -1);
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE);
        assertFalse(line(27));
        assertEquals(VirtualClock.NEVER, timers.nextDeadline());
        timers.write(SystemRegister.CNTV_CVAL_EL0, Long.MAX_VALUE / 2);
        assertEquals(VirtualClock.NEVER, timers.nextDeadline());
    }

    @Test
    void theOffsetMovesTheDeadlineOfTheVirtualTimer() {
        timers.write(SystemRegister.CNTVOFF_EL2, 20);
        timers.write(SystemRegister.CNTV_CVAL_EL0, 10);
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE);
        // The count is -20 now, which is far above 10 as an unsigned number.
        assertTrue(redistributor.isLineHigh(27));
        clock.advance(20 * 16);
        assertFalse(line(27));
        assertEquals(30 * 16, timers.nextDeadline());
    }

    @Test
    void otherRegistersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> timers.read(SystemRegister.MIDR_EL1));
        assertThrows(IllegalArgumentException.class, () -> timers.write(SystemRegister.CNTPCT_EL0, 0));
    }

    @Test
    void stateRoundTrips() {
        timers.write(SystemRegister.CNTV_CVAL_EL0, 10);
        timers.write(SystemRegister.CNTV_CTL_EL0, ENABLE | IMASK);
        timers.write(SystemRegister.CNTP_CVAL_EL0, 11);
        timers.write(SystemRegister.CNTP_CTL_EL0, ENABLE);
        timers.write(SystemRegister.CNTVOFF_EL2, 2);
        StateWriter writer = new StateWriter();
        writer.element(timers);
        timers.reset();
        assertEquals(0, timers.read(SystemRegister.CNTV_CVAL_EL0));
        new StateReader(writer.values()).element(timers);
        StateWriter again = new StateWriter();
        again.element(timers);
        assertEquals(writer.values(), again.values());

        Map<String, StateValue> bad = new TreeMap<>(writer.values());
        bad.put("timers/control", new StateValue.Words(new long[] {8, 0}));
        assertThrows(HypervisorException.class, () -> new StateReader(bad).element(timers));
    }
}
