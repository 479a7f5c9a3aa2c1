/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;

/**
 * The values of the parameters of a domain, as the toolstack has set them. What it has not set is 0 (XEN-023).
 *
 * @since 0.1
 */
public final class HvmParameters implements StateElement {
    private final long[] values = new long[HvmParameter.values().length];

    /** Makes parameters that are all 0. */
    public HvmParameters() {}

    /**
     * Returns a value.
     *
     * @param parameter which
     * @return the value
     */
    public long get(HvmParameter parameter) {
        return values[parameter.ordinal()];
    }

    /**
     * Sets a value, as the toolstack.
     *
     * @param parameter which
     * @param value any value
     */
    public void set(HvmParameter parameter, long value) {
        values[parameter.ordinal()] = value;
    }

    @Override
    public String stateName() {
        return "hvm-parameters";
    }

    @Override
    public void reset() {
        Arrays.fill(values, 0);
    }

    @Override
    public void save(StateWriter writer) {
        for (HvmParameter parameter : HvmParameter.values()) {
            writer.word("parameter." + parameter.index(), get(parameter));
        }
    }

    @Override
    public void restore(StateReader reader) {
        for (HvmParameter parameter : HvmParameter.values()) {
            set(parameter, reader.word("parameter." + parameter.index()));
        }
    }
}
