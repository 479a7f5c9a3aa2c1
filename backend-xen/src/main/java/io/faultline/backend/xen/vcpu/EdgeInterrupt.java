/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.gic.Redistributor;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt becomes pending when the hypervisor sets the byte, whatever its trigger, and is used up when the guest
 * takes it. What becomes of the byte does not matter, except that a vCPU does not sleep over it (xen.md 5.5).
 */
public final class EdgeInterrupt implements EventInterrupt {
    private final @Nullable Frame[] frames;
    private final int[] offsets;
    private final Host host;
    private final int ppi;

    @Inject
    EdgeInterrupt(Host host, VcpuPolicy policy) {
        this.host = host;
        frames = new Frame[host.vcpuCount()];
        offsets = new int[host.vcpuCount()];
        ppi = policy.eventInterrupt();
    }

    @Override
    public void follow(int vcpu, Frame frame, int offset) {
        frames[vcpu] = frame;
        offsets[vcpu] = offset;
    }

    @Override
    public void release(int vcpu) {
        frames[vcpu] = null;
    }

    @Override
    public void raise(int vcpu) {
        if (host.vcpu(vcpu).isOn()) {
            host.gic().redistributor(vcpu).pend(ppi);
        }
    }

    @Override
    public void trapped(int vcpu) {
        // A trap changes nothing.
    }

    @Override
    public boolean wakes(int vcpu) {
        Frame frame = frames[vcpu];
        Redistributor redistributor = host.gic().redistributor(vcpu);
        return frame != null
                && frame.load8(offsets[vcpu]) != 0
                && !redistributor.isPending(ppi)
                && !redistributor.isActive(ppi);
    }
}
