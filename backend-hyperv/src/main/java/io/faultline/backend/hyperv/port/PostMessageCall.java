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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** HvCallPostMessage (hyperv.md 4.3): connection, 0, type, bytes of the payload, 240 bytes. */
final class PostMessageCall implements Hypercall {
    private static final int CODE = 0x5C;
    private static final int BYTES = 256;
    private static final int TYPE = 8;
    private static final int SIZE = 12;
    private static final int PAYLOAD = 16;
    private static final CallShape SHAPE = CallShape.simple(
                    "HvCallPostMessage", CODE, Privilege.POST_MESSAGES.bit(), BYTES, 0)
            .fromMemory();

    private final Connections connections;
    private final PortRules rules;
    private final GuestPosting posting = new GuestPosting();

    /** The message of a call. There is one at a time: who takes it copies it before the VMM gets to do anything. */
    private static final class GuestPosting implements Posting {
        private int type;
        private int size;
        private @Nullable Call call;

        @Override
        public int type() {
            return type;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void copy(byte[] target) {
            Objects.requireNonNull(call, "call").read(PAYLOAD, target, 0, size);
        }

        @Override
        public boolean isOfGuest() {
            return true;
        }
    }

    PostMessageCall(Connections connections, PortRules rules) {
        this.connections = connections;
        this.rules = rules;
    }

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        Destination destination = connections.find(call.u32(0));
        if (destination == null) {
            return Status.INVALID_CONNECTION_ID;
        }
        int usable = destination.takesMessages();
        if (usable != Status.SUCCESS) {
            return usable;
        }
        posting.type = call.u32(TYPE);
        posting.size = call.u32(SIZE);
        posting.call = call;
        return rules.isMessage(posting.type, posting.size) ? destination.post(posting) : Status.INVALID_PARAMETER;
    }
}
