/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.MmioDevice;

/** The devices that belong to the processors, by address: distributor and redistributors. */
final class InternalDevices {
    private final InterruptController gic;
    private final long redistributorsEnd;

    InternalDevices(InterruptController gic) {
        this.gic = gic;
        redistributorsEnd = MachineLayout.REDISTRIBUTORS + gic.processors() * MachineLayout.REDISTRIBUTOR_BYTES;
    }

    boolean contains(long address) {
        return isDistributor(address) || isRedistributor(address);
    }

    /** Reads from an address that {@link #contains} accepts. */
    long read(long address, AccessWidth width) {
        return device(address).read(offset(address), width);
    }

    /** Writes to an address that {@link #contains} accepts. */
    void write(long address, AccessWidth width, long value) {
        device(address).write(offset(address), width, value);
    }

    private MmioDevice device(long address) {
        return isDistributor(address)
                ? gic.distributorFrame()
                : gic.redistributorFrame(
                        (int) ((address - MachineLayout.REDISTRIBUTORS) / MachineLayout.REDISTRIBUTOR_BYTES));
    }

    private static long offset(long address) {
        return isDistributor(address)
                ? address - MachineLayout.DISTRIBUTOR
                : (address - MachineLayout.REDISTRIBUTORS) % MachineLayout.REDISTRIBUTOR_BYTES;
    }

    private static boolean isDistributor(long address) {
        return address >= MachineLayout.DISTRIBUTOR
                && address < MachineLayout.DISTRIBUTOR + MachineLayout.DISTRIBUTOR_BYTES;
    }

    private boolean isRedistributor(long address) {
        return address >= MachineLayout.REDISTRIBUTORS && address < redistributorsEnd;
    }
}
