/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.MessageReceiver;
import io.faultline.backend.hyperv.hypercall.Status;

/** A connection for messages to the VMM. */
final class ReceiverDestination implements Destination {
    private final MessageReceiver receiver;
    private final int wrongKind;

    ReceiverDestination(MessageReceiver receiver, PortSettings settings) {
        this.receiver = receiver;
        wrongKind = settings.wrongKind().status();
    }

    @Override
    public int takesMessages() {
        return Status.SUCCESS;
    }

    /** The receiver may do much, so that nothing here comes after it. */
    @Override
    public int post(Posting posting) {
        byte[] payload = new byte[posting.size()];
        posting.copy(payload);
        return receiver.received(posting.type(), payload).code();
    }

    @Override
    public int signal(int flag) {
        return wrongKind;
    }
}
