/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Locale;

/**
 * Whether a vCPU may reach registers of another one of its partition, of which sources say nothing certain (hyperv.md 1.8).
 *
 * @since 0.1
 */
public enum OtherVcpus {
    /** It may not: status 6. */
    DENIED,
    /** It may. */
    ALLOWED;

    private static final String KEY = "hyperv.other-vcpus";

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(Setting.choice(
                KEY,
                "Whether a vCPU may get and set registers of another vCPU of its partition.",
                "denied",
                "allowed"));
    }

    /**
     * Reads the choice.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choice
     */
    public static OtherVcpus of(BackendConfiguration configuration) {
        return valueOf(configuration.get(KEY).toUpperCase(Locale.ROOT));
    }
}
