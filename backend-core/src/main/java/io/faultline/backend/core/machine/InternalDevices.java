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

    InternalDevices(InterruptController gic) {
        this.gic = gic;
    }

    boolean contains(long address) {
        return isDistributor(address) || redistributor(address) >= 0;
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
        return isDistributor(address) ? gic.distributorFrame() : gic.redistributorFrame(redistributor(address));
    }

    /** Every base is a multiple of the size. */
    private static long offset(long address) {
        return isDistributor(address)
                ? address - MachineLayout.DISTRIBUTOR
                : address & MachineLayout.REDISTRIBUTOR_BYTES - 1;
    }

    private static boolean isDistributor(long address) {
        return address >= MachineLayout.DISTRIBUTOR
                && address < MachineLayout.DISTRIBUTOR + MachineLayout.DISTRIBUTOR_BYTES;
    }

    /** Returns the number of the redistributor at an address, or a negative number. */
    private int redistributor(long address) {
        boolean high = address >= MachineLayout.HIGH_REDISTRIBUTORS;
        long base = high ? MachineLayout.HIGH_REDISTRIBUTORS : MachineLayout.REDISTRIBUTORS;
        long number = Math.floorDiv(address - base, MachineLayout.REDISTRIBUTOR_BYTES);
        if (!high && number >= MachineLayout.LOW_REDISTRIBUTORS) {
            return -1;
        }
        long index = high ? number + MachineLayout.LOW_REDISTRIBUTORS : number;
        return index < gic.processors() ? (int) index : -1;
    }
}
