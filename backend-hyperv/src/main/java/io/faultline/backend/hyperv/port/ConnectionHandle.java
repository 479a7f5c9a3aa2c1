/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.Connection;

/** A connection as the VMM has it. */
final class ConnectionHandle implements Connection {
    private final Connections connections;
    private final int id;
    private final Destination destination;
    private boolean isClosed;

    ConnectionHandle(Connections connections, int id, Destination destination) {
        this.connections = connections;
        this.id = id;
        this.destination = destination;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public void close() {
        if (!isClosed) {
            connections.disconnect(id, destination);
            isClosed = true;
        }
    }
}
