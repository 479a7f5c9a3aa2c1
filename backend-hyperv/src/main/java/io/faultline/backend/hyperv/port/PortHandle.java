/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.SynicPort;
import io.faultline.backend.hyperv.hypercall.Status;
import org.jspecify.annotations.Nullable;

/** A port as the VMM has it: by its identifier, until the VMM closes it. */
abstract class PortHandle implements SynicPort {
    private final PortReference reference;
    private final Neighbourhood neighbourhood;
    private final boolean isForMessages;
    private boolean isClosed;

    PortHandle(PortReference reference, Neighbourhood neighbourhood, boolean isForMessages) {
        this.reference = reference;
        this.neighbourhood = neighbourhood;
        this.isForMessages = isForMessages;
    }

    /** The port; null if it is closed, or there is none of this identifier and kind. */
    final @Nullable Port find() {
        Port port = isClosed ? null : reference.find();
        return port != null && port.isForMessages() == isForMessages ? port : null;
    }

    final MachineEnd machine() {
        return reference.machine();
    }

    final Neighbourhood neighbourhood() {
        return neighbourhood;
    }

    final int post(Posting posting) {
        Port port = find();
        PortTable table = port == null ? null : port.table();
        return port == null || table == null ? Status.INVALID_PORT_ID : table.post(port, posting);
    }

    final int signalled(int flag) {
        Port port = find();
        PortTable table = port == null ? null : port.table();
        if (port == null || table == null) {
            return Status.INVALID_PORT_ID;
        }
        return flag < 0 ? Status.INVALID_PARAMETER : table.signal(port, flag);
    }

    @Override
    public final int id() {
        return reference.id();
    }

    @Override
    public final boolean isOpen() {
        return find() != null;
    }

    @Override
    public final void close() {
        Port port = find();
        PortTable table = port == null ? null : port.table();
        if (table != null) {
            table.delete(id());
        }
        isClosed = true;
    }
}
