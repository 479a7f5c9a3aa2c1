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

/** HvCallDisconnectPort (hyperv.md 4.2). What the VMM connected is not the guest's to end. */
final class DisconnectPortCall implements Hypercall {
    private static final int CODE = 0x5B;
    private static final int BYTES = 16;
    private static final int CONNECTION = 8;
    private static final CallShape SHAPE =
            CallShape.simple("HvCallDisconnectPort", CODE, Privilege.CONNECT_PORT.bit(), BYTES, 0);

    private final Connections connections;

    DisconnectPortCall(Connections connections) {
        this.connections = connections;
    }

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        int denied = PartitionArgument.check(call.u64(0));
        if (denied != Status.SUCCESS) {
            return denied;
        }
        int id = call.u32(CONNECTION);
        if (connections.find(id) == null) {
            return Status.INVALID_CONNECTION_ID;
        }
        if (connections.isOfVmm(id)) {
            return Status.ACCESS_DENIED;
        }
        connections.disconnect(id);
        return Status.SUCCESS;
    }
}
