/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.backend.core.pagefault.GuestReply;
import java.util.Objects;

/**
 * REPLY: the guest answers the not-present that is shown and not acknowledged. It may do so once.
 *
 * @since 0.1
 */
public final class ReplyCall implements ApfCall {
    private static final long GOT_IT = 0;
    private static final long NOT_NOW = 1;

    private final ApfMachine machine;

    /**
     * Makes the call of a machine.
     *
     * @param machine the machine
     */
    public ReplyCall(ApfMachine machine) {
        this.machine = Objects.requireNonNull(machine, "machine");
    }

    @Override
    public ApfReply execute(int vcpu, long argument2, long argument3) {
        long token = machine.blocks().inHand(vcpu);
        boolean known = token != ControlBlocks.NOTHING && token == argument2;
        if (!known || argument3 != GOT_IT && argument3 != NOT_NOW) {
            return ApfReply.of(Smccc.INVALID_PARAMETER);
        }
        machine.blocks().answer(vcpu);
        machine.control()
                .answer(vcpu, argument2, argument3 == NOT_NOW ? GuestReply.SYNCHRONOUS : GuestReply.ASYNCHRONOUS);
        return ApfReply.SUCCESS;
    }
}
