/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Locale;

/**
 * Which synthetic timers a guest has. Those of arm64 are optional (hyperv.md 5.1).
 *
 * @since 0.1
 */
public enum TimerSettings {
    /** Four for each vCPU, with messages or with an interrupt alone. */
    DIRECT,
    /** Four for each vCPU, with messages only. */
    MESSAGE,
    /** None: their registers are unknown (HV-144). */
    ABSENT;

    private static final String KEY = "hyperv.synthetic-timers";

    /**
     * Tells whether there are timers.
     *
     * @return false if they are absent
     */
    public boolean isPresent() {
        return this != ABSENT;
    }

    /**
     * Tells whether a timer may raise an interrupt without a message.
     *
     * @return true if it may
     */
    public boolean isDirect() {
        return this == DIRECT;
    }

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(Setting.choice(
                KEY,
                "Which synthetic timers a guest has: with messages and in direct mode, with messages only, or none.",
                "direct",
                "message",
                "absent"));
    }

    /**
     * Reads the choice.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choice
     */
    public static TimerSettings of(BackendConfiguration configuration) {
        return valueOf(configuration.get(KEY).toUpperCase(Locale.ROOT));
    }
}
