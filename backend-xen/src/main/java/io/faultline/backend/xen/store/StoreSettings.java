/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Locale;

/**
 * What a guest has for a xenstore.
 *
 * @param presence one of the three configurations
 * @since 0.1
 */
public record StoreSettings(Presence presence) {
    private static final String KEY = "xen.store";

    /** The three honest configurations (xen.md 6.6). */
    public enum Presence {
        /** There is one from the beginning. */
        LIVE,
        /** STORE_PFN is all ones until the VMM introduces the guest to xenstore. */
        LATE,
        /** STORE_PFN and STORE_EVTCHN are 0. */
        NONE
    }

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(Setting.choice(
                KEY,
                "Whether the guest has a xenstore: from the beginning, when the VMM introduces it, or never.",
                text(Presence.LIVE),
                text(Presence.LATE),
                text(Presence.NONE)));
    }

    private static String text(Presence presence) {
        return presence.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the settings.
     *
     * @param configuration the configuration of the backend
     * @return what it says
     */
    public static StoreSettings of(BackendConfiguration configuration) {
        return new StoreSettings(Presence.valueOf(configuration.get(KEY).toUpperCase(Locale.ROOT)));
    }
}
