/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Locale;

/** Whether the machines of a backend are domains of one host. */
public enum Neighbours {
    /** Each machine is domain 1 of a host of its own: what it does depends on no other machine. */
    NONE,
    /** All machines are domains of one host, 1, 2 and so on, and may connect to each other. */
    MACHINES;

    private static final String KEY = "xen.neighbours";

    /**
     * Lists the setting.
     *
     * @return the setting, the default first among its values
     */
    public static List<Setting> settings() {
        return List.of(Setting.choice(
                KEY,
                "Which domains a guest can connect to beside domain 0: none, each machine being domain 1 of its own host, or"
                        + " the other machines that were built with the same backend.",
                "none",
                "machines"));
    }

    /**
     * Reads the choice.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choice
     */
    public static Neighbours of(BackendConfiguration configuration) {
        return valueOf(configuration.get(KEY).toUpperCase(Locale.ROOT));
    }
}
