/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.Objects;

/**
 * Ready by a level-sensitive PPI, with the token in the shared area. The line is high from the notification to its
 * acknowledgement, so a handler that does not acknowledge is entered again (APF-131).
 *
 * @since 0.1
 */
public final class PpiReadyRoute implements ReadyRoute {
    /** The token of a wake-all. */
    public static final long WAKE_ALL = 0xFFFF_FFFFL;

    private final ApfMachine machine;

    /**
     * Makes the route of a machine.
     *
     * @param machine the machine
     */
    public PpiReadyRoute(ApfMachine machine) {
        this.machine = Objects.requireNonNull(machine, "machine");
    }

    /** An area whose page is absent is asked for: there is no other way to tell the guest (APF-036). */
    @Override
    public boolean isSlotFree(int vcpu) {
        if (!machine.blocks().isEnabled(vcpu)) {
            return false;
        }
        if (!machine.area().isPresent(vcpu)) {
            machine.control().bringIn(PageSize.pageOf(machine.blocks().area(vcpu)));
            return false;
        }
        return machine.area().isFree(vcpu);
    }

    @Override
    public boolean isOpen(int vcpu) {
        Redistributor redistributor = redistributor(vcpu);
        return redistributor.isEnabled(machine.interrupt()) && !redistributor.isActive(machine.interrupt());
    }

    @Override
    public boolean show(int vcpu, long token) {
        if (!machine.blocks().isEnabled(vcpu) || !machine.area().isPresent(vcpu)) {
            return false;
        }
        machine.area().write(vcpu, AreaAccess.READY, token);
        redistributor(vcpu).setLevel(machine.interrupt(), true);
        return true;
    }

    @Override
    public void acknowledged(int vcpu) {
        redistributor(vcpu).setLevel(machine.interrupt(), false);
    }

    @Override
    public void cancel(int vcpu) {
        redistributor(vcpu).setLevel(machine.interrupt(), false);
    }

    @Override
    public long wakeAllToken() {
        return WAKE_ALL;
    }

    private Redistributor redistributor(int vcpu) {
        return machine.host().gic().redistributor(vcpu);
    }
}
