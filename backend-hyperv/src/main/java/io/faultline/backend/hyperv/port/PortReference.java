/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import org.jspecify.annotations.Nullable;

/** Names a port of a machine by its identifier: whichever port that is now. */
final class PortReference {
    private final MachineEnd machine;
    private final int id;
    /** As it was found last. */
    private @Nullable Port found;

    PortReference(MachineEnd machine, int id) {
        this.machine = machine;
        this.id = id;
    }

    MachineEnd machine() {
        return machine;
    }

    int id() {
        return id;
    }

    /** The port; null if there is none. */
    @Nullable
    Port find() {
        Port known = found;
        return known != null && known.table() != null ? known : search();
    }

    private @Nullable Port search() {
        PortTable table = machine.ports();
        Port port = table == null ? null : table.port(id);
        found = port;
        return port;
    }
}
