/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.console;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;

/**
 * What a guest has for a console.
 *
 * @param ring whether there is a ring; without one, CONSOLE_PFN and CONSOLE_EVTCHN are 0 (xen.md 6.3, no. 2)
 * @param hypercall whether the guest may use console_io; denied, it gets EPERM (xen.md 6.5)
 * @since 0.1
 */
public record ConsoleSettings(boolean ring, boolean hypercall) {
    private static final String RING = "xen.console";
    private static final String HYPERCALL = "xen.console-io";
    private static final String ON = "on";
    private static final String ALLOWED = "allowed";

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.choice(RING, "Whether the guest has a paravirtual console.", ON, "off"),
                Setting.choice(
                        HYPERCALL,
                        "Whether the guest may write with the hypercall console_io, as earlycon=xenboot does.",
                        ALLOWED,
                        "denied"));
    }

    /**
     * Reads the settings.
     *
     * @param configuration the configuration of the backend
     * @return what it says
     */
    public static ConsoleSettings of(BackendConfiguration configuration) {
        return new ConsoleSettings(
                configuration.get(RING).equals(ON), configuration.get(HYPERCALL).equals(ALLOWED));
    }
}
