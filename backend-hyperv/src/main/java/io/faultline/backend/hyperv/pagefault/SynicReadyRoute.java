/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.backend.core.pagefault.ReadyRoute;
import java.util.Objects;

/**
 * Ready by the synthetic interrupt controller, by message or event flag as each vCPU wants it (hyperv.md 6.8). What the
 * controller cannot take waits in the engine: nothing is lost while it is off (HV-186).
 *
 * @since 0.1
 */
public final class SynicReadyRoute implements ReadyRoute {
    /** The token of a wake-all. */
    public static final long WAKE_ALL = 0xFFFF_FFFFL;

    private final PageFaults machine;

    /**
     * Makes the route of a machine.
     *
     * @param machine what the guest has set up
     */
    public SynicReadyRoute(PageFaults machine) {
        this.machine = Objects.requireNonNull(machine, "machine");
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        VcpuPageFaults of = machine.of(vcpu);
        Control control = of.control();
        if (!control.isEnabled()) {
            return false;
        }
        return control.isByFlag()
                ? of.flags().isFree(control.source())
                : of.messages().isFree();
    }

    @Override
    public boolean isOpen(int vcpu) {
        return true;
    }

    @Override
    public boolean show(int vcpu, long token) {
        VcpuPageFaults of = machine.of(vcpu);
        Control control = of.control();
        if (!control.isEnabled()) {
            return false;
        }
        return control.isByFlag()
                ? of.flags().show(control.source(), token)
                : of.messages().show(control.source(), token);
    }

    @Override
    public void acknowledged(int vcpu) {
        // An end of message, or a flag that is cleared, says all.
    }

    @Override
    public void cancel(int vcpu) {
        // What is in the slot, and a flag that is set, are the guest's.
    }

    @Override
    public long wakeAllToken() {
        return WAKE_ALL;
    }
}
