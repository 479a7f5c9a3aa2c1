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
 * <p>A word without ENABLED disables; on the route by PPI it must be zero then (APF-012). Enabling with another address or mode while enabled
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
        boolean enables = (wanted & ControlBlocks.ENABLED) != 0;
        boolean strict = machine.route() == ApfRoute.PPI;
        if ((wanted & machine.route().reserved()) != 0 || strict && !enables && wanted != 0) {
            return ApfReply.of(Smccc.INVALID_PARAMETER);
        }
        return enables ? enable(vcpu, wanted) : disable(vcpu);
    }

    private ApfReply disable(int vcpu) {
        if (!machine.blocks().isEnabled(vcpu)) {
            return ApfReply.of(Smccc.NOT_REQUIRED);
        }
        machine.control().disable(vcpu);
        if (machine.route() == ApfRoute.PPI) {
            takeBack(vcpu);
        }
        machine.blocks().control(vcpu, 0);
        return ApfReply.SUCCESS;
    }

    /** Nothing of what was shown is left, in the area or on the line (APF-150, APF-151). */
    private void takeBack(int vcpu) {
        machine.blocks().acknowledge(vcpu);
        machine.host().gic().redistributor(vcpu).setLevel(machine.interrupt(), false);
        if (machine.area().isPresent(vcpu)) {
            machine.area().write(vcpu, AreaAccess.NONE, 0);
        }
    }

    private ApfReply enable(int vcpu, long wanted) {
        if (machine.blocks().control(vcpu) == wanted) {
            return ApfReply.of(Smccc.NOT_REQUIRED);
        }
        if (!machine.area().isUsable(ControlBlocks.areaOf(wanted))) {
            return ApfReply.of(machine.route() == ApfRoute.PPI ? Smccc.INVALID_PARAMETER : Smccc.NOT_SUPPORTED);
        }
        machine.blocks().control(vcpu, wanted);
        machine.control().enable(vcpu);
        return ApfReply.SUCCESS;
    }
}
