/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.SignalReceiver;
import io.faultline.backend.hyperv.hypercall.Status;

/** A connection for signals to the VMM. */
final class SignalDestination implements Destination {
    private final int flags;
    private final SignalReceiver receiver;
    private final int wrongKind;

    SignalDestination(int flags, SignalReceiver receiver, PortSettings settings) {
        this.flags = flags;
        this.receiver = receiver;
        wrongKind = settings.wrongKind().status();
    }

    @Override
    public int takesMessages() {
        return wrongKind;
    }

    @Override
    public int post(Posting posting) {
        return wrongKind;
    }

    @Override
    public int signal(int flag) {
        if (flag >= flags) {
            return Status.INVALID_PARAMETER;
        }
        receiver.signalled(flag);
        return Status.SUCCESS;
    }
}
