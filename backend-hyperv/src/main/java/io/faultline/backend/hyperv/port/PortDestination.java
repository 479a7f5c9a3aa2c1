/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.backend.hyperv.hypercall.Status;

/** A connection to a port, of this or another machine. */
final class PortDestination implements Destination {
    private final PortReference reference;
    private final int wrongKind;

    PortDestination(PortReference reference, PortSettings settings) {
        this.reference = reference;
        wrongKind = settings.wrongKind().status();
    }

    PortReference reference() {
        return reference;
    }

    @Override
    public int takesMessages() {
        Port port = reference.find();
        if (port == null) {
            return Status.INVALID_PORT_ID;
        }
        return port.isForMessages() ? Status.SUCCESS : wrongKind;
    }

    @Override
    public int post(Posting posting) {
        Port port = reference.find();
        PortTable table = port == null ? null : port.table();
        return port == null || table == null ? Status.INVALID_PORT_ID : table.post(port, posting);
    }

    @Override
    public int signal(int flag) {
        Port port = reference.find();
        PortTable table = port == null ? null : port.table();
        if (port == null || table == null) {
            return Status.INVALID_PORT_ID;
        }
        return port.isForMessages() ? wrongKind : table.signal(port, flag);
    }
}
