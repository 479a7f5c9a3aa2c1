/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.backend.core.pagefault.GuestReply;
import java.util.Objects;

/**
 * IRQ_ACK where not-present is acknowledged, too: it speaks of the one notification that is shown. A not-present that the
 * guest has not replied to counts as accepted.
 *
 * @since 0.1
 */
public final class PpiAcknowledgeCall implements ApfCall {
    private final ApfMachine machine;

    /**
     * Makes the call of a machine.
     *
     * @param machine the machine
     */
    public PpiAcknowledgeCall(ApfMachine machine) {
        this.machine = Objects.requireNonNull(machine, "machine");
    }

    @Override
    public ApfReply execute(int vcpu, long argument2, long argument3) {
        if (machine.blocks().isUnacknowledged(vcpu)) {
            long token = machine.blocks().inHand(vcpu);
            machine.blocks().acknowledge(vcpu);
            machine.host().gic().redistributor(vcpu).setLevel(machine.interrupt(), false);
            machine.control().consumed(vcpu);
            if (token != ControlBlocks.NOTHING) {
                machine.control().answer(vcpu, token, GuestReply.ASYNCHRONOUS);
            }
        } else {
            machine.control().acknowledge(vcpu);
        }
        return ApfReply.SUCCESS;
    }
}
