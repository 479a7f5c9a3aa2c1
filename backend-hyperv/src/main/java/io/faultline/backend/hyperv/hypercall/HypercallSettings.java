/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;

/**
 * The choices of the hypercall ABI.
 *
 * @param straddle status of a call with a block of parameters that crosses a page (D3)
 * @param unreadable status of a call with a block of parameters that is not in memory (D4)
 * @param gated status of a call other than those for registers before the guest has named itself (hyperv.md 1.9)
 * @param reps elements of a list that are handled before interrupts are looked at
 * @since 0.1
 */
public record HypercallSettings(int straddle, int unreadable, int gated, int reps) {
    private static final String STRADDLE = "hyperv.straddle-status";
    private static final String UNREADABLE = "hyperv.unreadable-status";
    private static final String GATED = "hyperv.gate-status";
    private static final String REPS = "hyperv.reps-per-entry";
    private static final int MOST_REPS = 4095;

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.choice(
                        STRADDLE,
                        "Status of a call with a block of parameters that crosses a page: 4 (alignment) or 3 (input).",
                        "4",
                        "3"),
                Setting.choice(
                        UNREADABLE,
                        "Status of a call with a block of parameters that is not in memory: 3 (input) or 4 (alignment).",
                        "3",
                        "4"),
                Setting.choice(
                        GATED,
                        "Status of a call, other than those for registers, before the guest has set its OS id: 2 (code), 6"
                                + " (denied) or 3 (input).",
                        "2",
                        "6",
                        "3"),
                Setting.free(
                        REPS,
                        "64",
                        "Elements of a list that a call handles before the guest can take interrupts and goes on with it, 1 to "
                                + MOST_REPS + "."));
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static HypercallSettings of(BackendConfiguration configuration) {
        return new HypercallSettings(
                Integer.parseInt(configuration.get(STRADDLE)),
                Integer.parseInt(configuration.get(UNREADABLE)),
                Integer.parseInt(configuration.get(GATED)),
                (int) configuration.number(REPS, 1, MOST_REPS));
    }
}
