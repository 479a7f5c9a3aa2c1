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

/** HvCallSignalEvent (hyperv.md 4.4): connection, number of the flag, 0. */
final class SignalEventCall implements Hypercall {
    private static final int CODE = 0x5D;
    private static final int FLAG = 4;
    private static final int RESERVED = 6;
    private static final CallShape SHAPE =
            CallShape.simple("HvCallSignalEvent", CODE, Privilege.SIGNAL_EVENTS.bit(), Long.BYTES, 0);

    private final Connections connections;

    SignalEventCall(Connections connections) {
        this.connections = connections;
    }

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        if (call.u16(RESERVED) != 0) {
            return Status.INVALID_HYPERCALL_INPUT;
        }
        Destination destination = connections.find(call.u32(0));
        return destination == null ? Status.INVALID_CONNECTION_ID : destination.signal(call.u16(FLAG));
    }
}
