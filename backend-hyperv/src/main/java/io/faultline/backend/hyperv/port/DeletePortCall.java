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

/** HvCallDeletePort (hyperv.md 4.2). */
final class DeletePortCall implements Hypercall {
    private static final int CODE = 0x58;
    private static final int BYTES = 16;
    private static final int PORT = 8;
    private static final CallShape SHAPE =
            CallShape.simple("HvCallDeletePort", CODE, Privilege.CREATE_PORT.bit(), BYTES, 0);

    private final PortTable ports;

    DeletePortCall(PortTable ports) {
        this.ports = ports;
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
        return ports.delete(call.u32(PORT)) ? Status.SUCCESS : Status.INVALID_PORT_ID;
    }
}
