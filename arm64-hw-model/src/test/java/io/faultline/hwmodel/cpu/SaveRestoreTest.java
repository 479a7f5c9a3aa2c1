/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaveRestoreTest {
    private static Guest everything() {
        Guest guest = Guest.running("everything");
        guest.load(Guest.VECTORS, Programs.program("returning_vectors"));
        guest.hardware.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        guest.hardware.gic().redistributorFrame(0).write(0x10080, AccessWidth.WORD, 0xFFFF_FFFFL);
        guest.hardware.gic().redistributorFrame(0).write(0x10100, AccessWidth.WORD, 1L << 27);
        return guest.x(20, Guest.DATA).x(21, Guest.DATA + 0x800);
    }

    private static String summary(Guest guest) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i <= 30; i++) {
            text.append(Long.toHexString(guest.x(i))).append(' ');
        }
        return text.append(guest.pe()).append(guest.state().hashCode()).toString();
    }

    @Test
    void theProgramDoesWhatItShould() {
        Guest guest = everything().finish();
        assertEquals(6 + 6, guest.x(28), "six SVC, six undefined instructions");
        assertEquals(1, guest.x(27), "one timer interrupt");
        assertEquals(8 * (6 + 5 + 4 + 3 + 2 + 1), guest.x(5));
    }

    /** Cut before every step, restored into a fresh machine, the rest is the same: trace, registers, whole state. */
    @Test
    void aRestoredMachineGoesOnIdenticallyFromEveryStep() {
        Guest uncut = everything().finish();
        String expected = summary(uncut);
        Guest walker = everything();
        int cuts = 0;
        while (walker.traps.isEmpty()) {
            Map<String, StateValue> state = walker.state();
            Guest restored = new Guest(1, true);
            restored.restore(state);
            assertEquals(state, restored.state(), "what was restored is what was saved");
            restored.trace.addAll(walker.trace);
            restored.finish();
            assertEquals(expected, summary(restored), "cut at step " + cuts);
            assertEquals(uncut.trace, restored.trace, "cut at step " + cuts);
            walker.pe().step();
            cuts++;
        }
        assertEquals(expected, summary(walker));
        assertTrue(cuts > 200, cuts + " cuts");
    }

    @Test
    void theSameMachineGivesTheSameTrace() {
        Guest first = everything().finish();
        Guest second = everything().finish();
        assertEquals(first.trace, second.trace);
        assertEquals(first.state(), second.state());
    }

    @Test
    void turnsOfAnyLengthGiveTheSameTrace() {
        Guest whole = everything().finish();
        for (int turn = 1; turn < 40; turn++) {
            Guest cut = everything();
            while (cut.traps.isEmpty()) {
                cut.pe().run(turn);
            }
            assertEquals(whole.trace, cut.trace, "turns of " + turn);
            assertEquals(summary(whole), summary(cut), "turns of " + turn);
        }
    }

    @Test
    void restoreIntoAMachineThatRanSomethingElseIsComplete() {
        Map<String, StateValue> state = everything().state();
        Guest used = everything().finish();
        used.restore(state);
        assertEquals(state, used.state());
        used.traps.clear();
        used.finish();
        assertEquals(summary(everything().finish()), summary(used));
    }

    @Test
    void resetIsTheSameWhateverHappenedBefore() {
        Guest guest = everything().finish();
        guest.hardware.reset();
        Guest other = new Guest(1, false);
        other.hardware.reset();
        assertEquals(other.state(), guest.state());
    }

    @ParameterizedTest
    @CsvSource({
        "hardware/pe.0/registers/pstate, 9",
        "hardware/pe.0/registers/pstate, 16",
        "hardware/pe.0/retired, -1",
        "hardware/pe.0/attention, 2",
        "hardware/pe.0/system/vbar_el1, 1",
        "hardware/pe.0/system/oslsr_el1, 0",
        "hardware/clock/now, -5",
    })
    void impossibleStateIsRefused(String path, long value) {
        Guest guest = everything();
        Map<String, StateValue> state = new TreeMap<>(guest.state());
        assertTrue(state.containsKey(path), path);
        state.put(path, new StateValue.Word(value));
        HypervisorException e = assertThrows(HypervisorException.class, () -> guest.restore(state));
        assertTrue(e.getMessage().contains(path), e.getMessage());
    }

    @Test
    void theElementsOfTheStateHaveNames() {
        List<String> parts = new ArrayList<>();
        for (String path : new Guest(2, false).state().keySet()) {
            String part = path.split("/")[1];
            if (!parts.contains(part)) {
                parts.add(part);
            }
        }
        assertEquals(List.of("clock", "gic", "pe.0", "pe.1", "psci", "ram", "stage2"), parts);
    }

    @Test
    void anOpenReservationIsPartOfTheState() {
        Guest guest = Guest.running("increment").x(0, 1).x(1, Guest.DATA);
        guest.pe().step();
        Guest restored = new Guest(1, true);
        restored.restore(guest.state());
        restored.finish();
        assertEquals(0, restored.x(3));
        assertEquals(7, restored.pe().retired());
    }

    @Test
    void masksSurvive() {
        Guest guest = Guest.running("nops");
        guest.pe().pstate(new ProcessorState(0b0100 | ProcessorState.C | ProcessorState.A));
        guest.pe().requestAttention();
        Guest restored = new Guest(1, true);
        restored.restore(guest.state());
        assertEquals(guest.pe().pstate(), restored.pe().pstate());
        int[] calls = {0};
        restored.onAttention = pe -> {
            calls[0]++;
            return false;
        };
        restored.finish();
        assertEquals(1, calls[0]);
    }
}
