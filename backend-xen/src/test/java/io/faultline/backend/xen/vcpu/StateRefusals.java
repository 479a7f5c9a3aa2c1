/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.Map;
import java.util.TreeMap;

/** Saved states that must be refused. */
final class StateRefusals {
    private StateRefusals() {}

    static void assertRefused(Machine machine, SavedState state) {
        SavedState before = machine.save();
        HypervisorException refused = assertThrows(HypervisorException.class, () -> machine.restore(state));
        assertEquals(ErrorId.INVALID_STATE, refused.id(), refused.getMessage());
        assertEquals(before, machine.save());
    }

    static void assertRefused(Machine machine, SavedState state, String path, long... words) {
        assertRefused(machine, state, path, new StateValue.Words(words));
    }

    static void assertRefused(Machine machine, SavedState state, String path, StateValue value) {
        assertTrue(
                state.values().containsKey(path),
                path + " is not one of " + state.values().keySet());
        Map<String, StateValue> values = new TreeMap<>(state.values());
        values.put(path, value);
        assertRefused(machine, new SavedState(state.backend(), state.version(), values));
    }
}
