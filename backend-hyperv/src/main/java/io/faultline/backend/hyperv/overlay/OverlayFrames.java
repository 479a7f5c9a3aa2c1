/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.overlay;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;

/**
 * The hypervisor's pages of a machine: some of each vCPU, one of the partition.
 *
 * @since 0.1
 */
public final class OverlayFrames {
    private static final int REFERENCE_TSC = 0;
    private static final int FIRST_OF_VCPUS = 1;

    /** Pages of each vCPU. */
    public enum OfVcpu {
        /** Slots of messages. */
        MESSAGES,
        /** Event flags. */
        EVENT_FLAGS,
        /** The assist page. */
        ASSIST
    }

    private final Host host;

    /**
     * Makes the pages of a machine.
     *
     * @param host the machine
     */
    public OverlayFrames(Host host) {
        this.host = host;
    }

    /**
     * Returns how many pages a machine needs.
     *
     * @param vcpus number of vCPUs
     * @return number of pages
     */
    public static int count(int vcpus) {
        return FIRST_OF_VCPUS + OfVcpu.values().length * vcpus;
    }

    /**
     * Returns the page with the parameters of the reference time.
     *
     * @return the page
     */
    public Frame referenceTsc() {
        return new Frame(host.ram(), host.privateFrame(REFERENCE_TSC));
    }

    /**
     * Returns a page of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @param which which of its pages
     * @return the page
     */
    public Frame of(int vcpu, OfVcpu which) {
        int index = FIRST_OF_VCPUS + OfVcpu.values().length * vcpu + which.ordinal();
        return new Frame(host.ram(), host.privateFrame(index));
    }
}
