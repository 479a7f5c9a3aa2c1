/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.hwmodel.mmu.TlbMode;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Choices of the hardware model that every backend on it offers.
 *
 * @param tlb how long PEs remember translations
 * @since 0.1
 */
public record HardwareSettings(TlbMode tlb) {
    /** What a machine has unless something else is said. */
    public static final HardwareSettings DEFAULT = new HardwareSettings(TlbMode.NORMAL);

    private static final String TLB = "tlb";

    /** Checks that everything is there. */
    public HardwareSettings {
        Objects.requireNonNull(tlb, "tlb");
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(Setting.choice(
                TLB,
                "How long translations are remembered: until something that concerns them changes, or until the guest"
                        + " invalidates them, which finds guests that forget to.",
                "normal",
                "retentive"));
    }

    /**
     * Reads the choices from the configuration of a backend whose descriptor declares {@link #settings()}.
     *
     * @param configuration the configuration
     * @return the choices
     */
    public static HardwareSettings of(BackendConfiguration configuration) {
        return new HardwareSettings(TlbMode.valueOf(configuration.get(TLB).toUpperCase(Locale.ROOT)));
    }
}
