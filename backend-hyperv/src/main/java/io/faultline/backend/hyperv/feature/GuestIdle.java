/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;
import java.util.List;

/**
 * HvRegisterGuestIdle: a vCPU that reads its own waits for an interrupt, masked or not (hyperv.md 2.7).
 * Reading that of another vCPU, where it may, makes nobody wait.
 *
 * @since 0.1
 */
public final class GuestIdle implements RegisterGroup {
    /** Number of the register. */
    public static final int REGISTER = 0x250;

    private final Host host;
    private final Runtimes runtimes;

    @Inject
    GuestIdle(Host host, Runtimes runtimes) {
        this.host = host;
        this.runtimes = runtimes;
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(RegisterRange.readOnly(REGISTER, REGISTER, Privilege.GUEST_IDLE.bit()));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        if (vcpu == runtimes.executing()) {
            host.vcpu(vcpu).block(VirtualClock.NEVER);
        }
        value.set(0);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        return Status.INVALID_PARAMETER;
    }
}
