/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import org.jspecify.annotations.Nullable;

/** A machine as its neighbours and handles have it. It keeps nothing of a machine that was closed. */
final class MachineEnd {
    private @Nullable PortTable ports;

    void opened(PortTable table) {
        ports = table;
    }

    void closed() {
        ports = null;
    }

    /** The ports; null if the machine is closed. */
    @Nullable
    PortTable ports() {
        return ports;
    }
}
