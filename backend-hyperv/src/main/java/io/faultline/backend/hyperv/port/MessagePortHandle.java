/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;

/** A port for messages as the VMM has it. */
final class MessagePortHandle extends PortHandle implements MessagePort {
    MessagePortHandle(PortReference reference, Neighbourhood neighbourhood) {
        super(reference, neighbourhood, true);
    }

    /** A message of the VMM. */
    private record HostPosting(int type, byte[] payload) implements Posting {
        @Override
        public int size() {
            return payload.length;
        }

        @Override
        public void copy(byte[] target) {
            System.arraycopy(payload, 0, target, 0, payload.length);
        }

        @Override
        public boolean isOfGuest() {
            return false;
        }
    }

    @Override
    public SynicStatus post(int type, byte[] payload) {
        if (type <= 0) {
            throw HostSide.invalid(
                    "message type 0x" + Integer.toHexString(type) + " is not one that can be posted",
                    "use 1 to 0x7fffffff");
        }
        if (payload.length > SyntheticInterrupts.PAYLOAD_BYTES) {
            throw HostSide.invalid(
                    "a payload of " + payload.length + " bytes is too long",
                    "use at most " + SyntheticInterrupts.PAYLOAD_BYTES);
        }
        return HostSide.status(post(new HostPosting(type, payload)));
    }

    @Override
    public int waiting() {
        Port port = find();
        return port == null ? 0 : port.waiting();
    }
}
