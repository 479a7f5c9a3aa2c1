/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PsciFirmwareTest {
    private static final long ENTRY = 0x4000_0000L;

    private final PsciFirmware psci = new PsciFirmware(
            List.of(Affinity.ofIndex(0), Affinity.ofIndex(1), Affinity.ofIndex(16)), address -> address >= ENTRY);

    private static PsciOutcome result(long value) {
        return new PsciOutcome.Result(value);
    }

    private PsciOutcome call(int function, long... arguments) {
        return psci.call(
                0,
                function,
                arguments.length > 0 ? arguments[0] : 0,
                arguments.length > 1 ? arguments[1] : 0,
                arguments.length > 2 ? arguments[2] : 0);
    }

    @Test
    void onlyTheFirstPeIsOnAtReset() {
        assertEquals(PowerState.ON, psci.state(0));
        assertEquals(PowerState.OFF, psci.state(1));
        assertEquals(PowerState.OFF, psci.state(2));
    }

    @Test
    void theVersionIs11() {
        assertEquals(result(0x1_0001), call(Psci.VERSION));
        assertEquals(result(2), call(Psci.MIGRATE_INFO_TYPE));
    }

    @Test
    void aPeIsTurnedOnOnce() {
        assertEquals(new PsciOutcome.TurnOn(1, ENTRY + 4, 0x123), call(Psci.CPU_ON, 1, ENTRY + 4, 0x123));
        assertEquals(PowerState.ON_PENDING, psci.state(1));
        assertEquals(ENTRY + 4, psci.entry(1));
        assertEquals(0x123, psci.context(1));
        assertEquals(result(Psci.ON_PENDING), call(Psci.CPU_ON, 1, ENTRY, 0));
        assertEquals(result(Psci.AFFINITY_ON_PENDING), call(Psci.AFFINITY_INFO, 1, 0));
        psci.started(1);
        assertEquals(result(Psci.ALREADY_ON), call(Psci.CPU_ON, 1, ENTRY, 0));
        assertEquals(result(Psci.ALREADY_ON), call(Psci.CPU_ON, 0, ENTRY, 0));
        assertEquals(result(Psci.AFFINITY_ON), call(Psci.AFFINITY_INFO, 1, 0));
    }

    @Test
    void aPeTurnsItselfOffAndCanComeBack() {
        assertEquals(new PsciOutcome.TurnOff(), call(Psci.CPU_OFF));
        assertEquals(PowerState.OFF, psci.state(0));
        assertEquals(new PsciOutcome.TurnOn(0, ENTRY, 0), psci.call(1, Psci.CPU_ON, 0, ENTRY, 0));
    }

    @Test
    void a32BitCallHas32BitArguments() {
        assertEquals(
                new PsciOutcome.TurnOn(2, ENTRY, 0xFFFF_FFFFL),
                call(Psci.CPU_ON_32, 0xAAAA_AAAA_0000_0100L, 0xBBBB_BBBB_4000_0000L, -1));
        assertEquals(result(Psci.AFFINITY_ON), call(Psci.AFFINITY_INFO_32, 1L << 40, 0));
    }

    @Test
    void wrongTargetsAndEntriesAreRefused() {
        assertEquals(result(Psci.INVALID_PARAMETERS), call(Psci.CPU_ON, 7, ENTRY, 0));
        assertEquals(result(Psci.INVALID_PARAMETERS), call(Psci.CPU_ON, 1L << 31 | 1, ENTRY, 0));
        assertEquals(result(Psci.INVALID_ADDRESS), call(Psci.CPU_ON, 1, 0, 0));
        assertEquals(result(Psci.INVALID_ADDRESS), call(Psci.CPU_ON, 1, ENTRY + 2, 0));
        assertEquals(PowerState.OFF, psci.state(1));
        assertEquals(result(Psci.INVALID_PARAMETERS), call(Psci.AFFINITY_INFO, 9, 0));
        assertEquals(result(Psci.INVALID_PARAMETERS), call(Psci.AFFINITY_INFO, 0, 1));
        assertEquals(result(Psci.AFFINITY_OFF), call(Psci.AFFINITY_INFO, 1, 0));
    }

    @Test
    void suspendWaits() {
        assertEquals(new PsciOutcome.Suspend(), call(Psci.CPU_SUSPEND, 0));
        assertEquals(new PsciOutcome.PowerDown(ENTRY, 7), call(Psci.CPU_SUSPEND_32, 0x1_0000, ENTRY, 7));
        assertEquals(ENTRY, psci.entry(0));
        assertEquals(7, psci.context(0));
        assertEquals(result(Psci.INVALID_ADDRESS), call(Psci.CPU_SUSPEND, 0x1_0000, 0, 0));
        assertEquals(result(Psci.INVALID_ADDRESS), call(Psci.CPU_SUSPEND, 0x1_0000, ENTRY + 2, 0));
        assertEquals(result(Psci.INVALID_PARAMETERS), call(Psci.CPU_SUSPEND, 0x8000_0000L));
    }

    @Test
    void theSystemCanBeTurnedOffAndReset() {
        assertEquals(new PsciOutcome.SystemOff(), call(Psci.SYSTEM_OFF));
        assertEquals(new PsciOutcome.SystemReset(), call(Psci.SYSTEM_RESET));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Psci.VERSION,
                Psci.CPU_SUSPEND,
                Psci.CPU_SUSPEND_32,
                Psci.CPU_OFF,
                Psci.CPU_ON,
                Psci.CPU_ON_32,
                Psci.AFFINITY_INFO,
                Psci.AFFINITY_INFO_32,
                Psci.MIGRATE_INFO_TYPE,
                Psci.SYSTEM_OFF,
                Psci.SYSTEM_RESET,
                Psci.FEATURES,
                Smccc.VERSION
            })
    void featuresKnowsWhatIsImplemented(int function) {
        assertEquals(result(Psci.SUCCESS), call(Psci.FEATURES, function & 0xFFFF_FFFFL));
    }

    @Test
    void whatIsNotImplementedIsNotSupported() {
        assertEquals(result(Psci.NOT_SUPPORTED), call(Psci.FEATURES, 0xC400_000EL));
        assertEquals(result(Psci.NOT_SUPPORTED), call(0xC400_000E));
        assertEquals(result(Psci.NOT_SUPPORTED), call(0x8400_001F));
    }

    @Test
    void identifiersOfPsciAreARange() {
        assertTrue(PsciFirmware.isPsci(Psci.VERSION));
        assertTrue(PsciFirmware.isPsci(Psci.CPU_ON));
        assertTrue(PsciFirmware.isPsci(0xC400_001F));
        assertFalse(PsciFirmware.isPsci(0xC400_0020));
        assertFalse(PsciFirmware.isPsci(0x8400_0050));
        assertFalse(PsciFirmware.isPsci(0x8600_0000));
        assertFalse(PsciFirmware.isPsci(0x0400_0000));
    }

    @Test
    void stateRoundTrips() {
        call(Psci.CPU_ON, 1, ENTRY + 8, 5);
        StateWriter writer = new StateWriter();
        writer.element(psci);
        psci.reset();
        assertEquals(PowerState.OFF, psci.state(1));
        new StateReader(writer.values()).element(psci);
        assertEquals(PowerState.ON_PENDING, psci.state(1));
        assertEquals(ENTRY + 8, psci.entry(1));
        assertEquals(5, psci.context(1));

        for (long value : new long[] {-1, 3}) {
            Map<String, StateValue> bad = new TreeMap<>(writer.values());
            bad.put("psci/states", new StateValue.Words(new long[] {0, value, 0}));
            assertThrows(HypervisorException.class, () -> new StateReader(bad).element(psci));
        }
    }
}
