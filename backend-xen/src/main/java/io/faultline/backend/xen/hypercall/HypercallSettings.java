/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Locale;

/**
 * What builds of Xen do differently in the hypercall ABI.
 *
 * @param arguments what a call leaves in the registers of its arguments
 * @param undefinedAddress where the exception for a wrong immediate says that it was
 */
public record HypercallSettings(Arguments arguments, UndefinedAddress undefinedAddress) {
    private static final String ARGUMENTS = "xen.arguments";
    private static final String UNDEFINED_ADDRESS = "xen.undefined-address";

    /** What a call leaves in X1 to X4 and X16 (XEN-005). */
    public enum Arguments {
        /** What the guest put there: builds for release. */
        PRESERVED,
        /** 0xDEADBEEF: builds for debugging. */
        DESTROYED
    }

    /** What ELR_EL1 says after an HVC with a wrong immediate (XEN-003). */
    public enum UndefinedAddress {
        /** The address after the instruction, as Xen leaves it. */
        AFTER,
        /** The address of the instruction, as the architecture has it for an undefined one. */
        AT
    }

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.choice(
                        ARGUMENTS,
                        "What a hypercall leaves in X1 to X4 and X16: what was there, or 0xDEADBEEF as debug builds do.",
                        "preserved",
                        "destroyed"),
                Setting.choice(
                        UNDEFINED_ADDRESS,
                        "What ELR_EL1 says after HVC with an immediate that is neither 0 nor 0xEA1: the address after the"
                                + " instruction, as Xen does, or its own.",
                        "after",
                        "at"));
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     */
    public static HypercallSettings of(BackendConfiguration configuration) {
        return new HypercallSettings(
                Arguments.valueOf(configuration.get(ARGUMENTS).toUpperCase(Locale.ROOT)),
                UndefinedAddress.valueOf(configuration.get(UNDEFINED_ADDRESS).toUpperCase(Locale.ROOT)));
    }
}
