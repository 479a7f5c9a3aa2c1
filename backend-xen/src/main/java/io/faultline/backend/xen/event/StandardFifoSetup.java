/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * How a guest gets the FIFO ABI (xen.md 4.2: init_control, expand_array, set_priority). Everything is checked before anything
 * is changed, so that a call that fails leaves the two-level ABI as it was (XSA-188).
 *
 * @since 0.1
 */
@Singleton
public class StandardFifoSetup implements FifoSetup {
    private static final int MOST_OFFSET = PageSize.BYTES - FifoQueues.BLOCK_BYTES;

    private final EventDomain domain;
    private final PortTable ports;
    private final CurrentAbi abi;
    private final EventArray array;
    private final FifoQueues queues;
    private final GuestFrames frames;
    private final EventSettings settings;

    @Inject
    StandardFifoSetup(
            EventDomain domain,
            PortTable ports,
            CurrentAbi abi,
            EventArray array,
            FifoQueues queues,
            GuestFrames frames,
            EventSettings settings) {
        this.domain = domain;
        this.ports = ports;
        this.abi = abi;
        this.array = array;
        this.queues = queues;
        this.frames = frames;
        this.settings = settings;
    }

    @Override
    public int initControl(int vcpu, long gfn, int offset) {
        if (!domain.hasVcpu(vcpu)) {
            return -XenError.ENOENT;
        }
        if (Integer.compareUnsigned(offset, MOST_OFFSET) > 0 || offset % Long.BYTES != 0 || queues.hasBlock(vcpu)) {
            return -XenError.EINVAL;
        }
        Frame frame = frames.ram(gfn);
        if (frame == null) {
            return -XenError.EINVAL;
        }
        queues.block(vcpu, frame, offset);
        if (!abi.isFifo()) {
            takeOver();
            abi.useFifo();
        }
        return 0;
    }

    /** What is pending in the two-level ABI is raised again when there is an event word for it (XEN-103). */
    private void takeOver() {
        int last = Math.min(ports.valid(), abi.capacity());
        for (int port = 1; port < last; port++) {
            if (abi.isPending(port)) {
                ports.latch(port);
            }
            ports.priority(port, PortTable.DEFAULT_PRIORITY);
        }
    }

    @Override
    public int expandArray(long gfn) {
        if (!abi.isFifo()) {
            return settings.expandError() == EventSettings.ExpandError.ENOSYS ? -XenError.ENOSYS : -XenError.EOPNOTSUPP;
        }
        if (array.pages() == EventArray.MOST_PAGES) {
            return -XenError.ENOSPC;
        }
        Frame frame = frames.ram(gfn);
        if (frame == null) {
            return -XenError.EINVAL;
        }
        int first = array.pages() * EventArray.PORTS_PER_PAGE;
        array.add(frame);
        int end = Math.min(first + EventArray.PORTS_PER_PAGE, ports.valid());
        for (int port = first; port < end; port++) {
            if (ports.isLatched(port)) {
                abi.setPending(port, ports.vcpu(port));
            }
        }
        return 0;
    }

    @Override
    public int setPriority(int port, int priority) {
        if (!ports.isValid(port)) {
            return -XenError.EINVAL;
        }
        if (!abi.isFifo()) {
            return -XenError.ENOSYS;
        }
        if (!ports.isUsable(port)) {
            return -XenError.EACCES;
        }
        if (Integer.compareUnsigned(priority, PortTable.PRIORITIES) >= 0) {
            return -XenError.EINVAL;
        }
        ports.priority(port, priority);
        return 0;
    }
}
