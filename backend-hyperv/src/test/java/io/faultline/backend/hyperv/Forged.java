/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Saved states with one value changed. */
public final class Forged {
    private Forged() {}

    /** Replaces the only value whose name has this end. */
    public static SavedState value(SavedState state, String end, StateValue value) {
        Map<String, StateValue> values = new TreeMap<>(state.values());
        List<String> names =
                values.keySet().stream().filter(name -> name.endsWith(end)).toList();
        assertEquals(1, names.size(), () -> names + " end with " + end);
        values.put(names.get(0), value);
        return new SavedState(state.backend(), state.version(), values);
    }
}
