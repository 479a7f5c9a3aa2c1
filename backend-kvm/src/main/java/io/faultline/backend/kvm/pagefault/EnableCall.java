/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import java.util.Objects;

/**
 * ENABLE: sets the control word. Everything is checked before anything is changed, so a call that fails leaves the state
 * as it was (APF-011, APF-022).
 *
 * <p>A word without ENABLED disables, whatever its address (APF-012). Enabling with another address or mode while enabled
 * moves later notifications and shows no wake-all (APF-018).
 *
 * @since 0.1
 */
public final class EnableCall implements ApfCall {
    private static final int HIGH_HALF = 32;

    private final ApfMachine machine;

    /**
     * Makes the call of a machine.
     *
     * @param machine the machine
     */
    public EnableCall(ApfMachine machine) {
        this.machine = Objects.requireNonNull(machine, "machine");
    }

    @Override
    public ApfReply execute(int vcpu, long argument2, long argument3) {
        long wanted = argument3 << HIGH_HALF | argument2;
        if ((wanted & ControlBlocks.RESERVED) != 0) {
            return ApfReply.of(Smccc.INVALID_PARAMETER);
        }
        return (wanted & ControlBlocks.ENABLED) == 0 ? disable(vcpu) : enable(vcpu, wanted);
    }

    private ApfReply disable(int vcpu) {
        if (!machine.blocks().isEnabled(vcpu)) {
            return ApfReply.of(Smccc.NOT_REQUIRED);
        }
        machine.control().disable(vcpu);
        machine.blocks().control(vcpu, 0);
        return ApfReply.SUCCESS;
    }

    private ApfReply enable(int vcpu, long wanted) {
        if (machine.blocks().control(vcpu) == wanted) {
            return ApfReply.of(Smccc.NOT_REQUIRED);
        }
        if (!machine.area().isUsable(ControlBlocks.areaOf(wanted))) {
            return ApfReply.of(Smccc.NOT_SUPPORTED);
        }
        machine.blocks().control(vcpu, wanted);
        machine.control().enable(vcpu);
        return ApfReply.SUCCESS;
    }
}
