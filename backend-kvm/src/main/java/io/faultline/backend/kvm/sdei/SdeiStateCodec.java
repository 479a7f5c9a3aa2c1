/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/**
 * The saved form of a dispatcher's state (sdei.md, 5.5).
 *
 * @since 0.1
 */
public interface SdeiStateCodec {
    /**
     * Writes the state.
     *
     * @param state what is to be saved
     * @param writer where to
     */
    void save(SdeiState state, StateWriter writer);

    /**
     * Reads a state, checks it and takes it over. The state may be left half changed if this throws.
     *
     * @param state what is to be overwritten
     * @param reader where from
     * @throws io.faultline.api.error.HypervisorException with INVALID_STATE if a value is missing or impossible, with
     *     INCOMPATIBLE_STATE if it was saved by a dispatcher that offers something else
     */
    void restore(SdeiState state, StateReader reader);
}
