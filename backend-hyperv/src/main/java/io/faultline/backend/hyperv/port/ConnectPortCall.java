/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;

/** HvCallConnectPort (hyperv.md 4.2), to a port of the caller's own partition. */
final class ConnectPortCall implements Hypercall {
    private static final int CODE = 0x96;
    private static final int BYTES = 72;
    private static final int CONNECTION = 8;
    private static final int LEVEL = 12;
    private static final int PORT_PARTITION = 16;
    private static final int PORT = 24;
    private static final int KIND = 32;
    private static final int MESSAGES = 1;
    private static final int EVENTS = 2;
    private static final CallShape SHAPE =
            CallShape.simple("HvCallConnectPort", CODE, Privilege.CONNECT_PORT.bit(), BYTES, 0);

    private final PortTable ports;
    private final Connections connections;

    ConnectPortCall(PortTable ports, Connections connections) {
        this.ports = ports;
        this.connections = connections;
    }

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        int id = call.u32(CONNECTION);
        int kind = call.u32(KIND);
        int denied = PartitionArgument.check(call.u64(0));
        if (denied == Status.SUCCESS) {
            denied = PartitionArgument.check(call.u64(PORT_PARTITION));
        }
        if (denied != Status.SUCCESS) {
            return denied;
        }
        if (!Ids.isValid(id)) {
            return Status.INVALID_CONNECTION_ID;
        }
        if (call.u32(LEVEL) != 0 || kind != MESSAGES && kind != EVENTS) {
            return Status.INVALID_PARAMETER;
        }
        Port port = ports.port(call.u32(PORT));
        if (port == null || port.isForMessages() != (kind == MESSAGES)) {
            return Status.INVALID_PORT_ID;
        }
        if (connections.find(id) != null) {
            return Status.OBJECT_IN_USE;
        }
        if (connections.isFull()) {
            return Status.INSUFFICIENT_MEMORY;
        }
        connections.connect(id, port.id());
        return Status.SUCCESS;
    }
}
