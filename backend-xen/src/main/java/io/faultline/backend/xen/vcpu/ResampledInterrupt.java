/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * A level that is looked at now and then: the line rises when the hypervisor sets the byte, and follows the byte at each
 * trap of the vCPU and when the interrupt ends.
 */
public final class ResampledInterrupt implements EventInterrupt {
    private final @Nullable Frame[] frames;
    private final int[] offsets;
    private final Host host;
    private final int ppi;

    @Inject
    ResampledInterrupt(Host host, VcpuPolicy policy) {
        this.host = host;
        frames = new Frame[host.vcpuCount()];
        offsets = new int[host.vcpuCount()];
        ppi = policy.eventInterrupt();
        for (int vcpu = 0; vcpu < frames.length; vcpu++) {
            host.gic().redistributor(vcpu).resampleAtEnd(ppi, (pe, intid) -> isSet(pe));
        }
    }

    private boolean isSet(int vcpu) {
        Frame frame = frames[vcpu];
        return frame != null && frame.load8(offsets[vcpu]) != 0;
    }

    private void sample(int vcpu) {
        host.gic().redistributor(vcpu).setLevel(ppi, isSet(vcpu));
    }

    @Override
    public void follow(int vcpu, Frame frame, int offset) {
        frames[vcpu] = frame;
        offsets[vcpu] = offset;
    }

    @Override
    public void release(int vcpu) {
        frames[vcpu] = null;
        sample(vcpu);
    }

    @Override
    public void raise(int vcpu) {
        sample(vcpu);
    }

    @Override
    public void trapped(int vcpu) {
        sample(vcpu);
    }

    /** The line of an interrupt that is not enabled counts as well. */
    @Override
    public boolean wakes(int vcpu) {
        return isSet(vcpu) && host.gic().redistributor(vcpu).isPending(ppi);
    }
}
