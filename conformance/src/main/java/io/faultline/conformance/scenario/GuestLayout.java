/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.memory.MemoryRegion;

/**
 * Where things are in the memory of a machine that a scenario built. Stage 1 translation is off, so all of it is
 * reachable at EL1 and EL0 by its physical address.
 *
 * <p>The first 2 MiB hold one block of 256 KiB for each vCPU up to eight, the second 2 MiB are for data: nothing in them
 * is touched unless the check does.
 *
 * @param vcpu index of the vCPU
 * @since 0.1
 */
public record GuestLayout(int vcpu) {
    /** The memory that {@link Scenario#machine()} gives a machine: 4 MiB at 0x40000000. */
    public static final MemoryRegion RAM = MemoryRegion.ram(0x4000_0000L, 0x40_0000L);

    /** First data page; the data ends with {@link #RAM}. */
    public static final long DATA = RAM.base() + 0x20_0000L;

    /** Largest number of vCPUs that have a block. */
    public static final int LARGEST_VCPUS = 8;

    /** Bytes in the lanes for EL1 and EL0 code. */
    public static final long LONG_LANE = 0x1_0000L;

    private static final long BLOCK = 0x4_0000L;

    /**
     * Checks the index.
     *
     * @throws IllegalArgumentException if the vCPU has no block
     */
    public GuestLayout {
        if (vcpu < 0 || vcpu >= LARGEST_VCPUS) {
            throw new IllegalArgumentException("vCPU " + vcpu + " is outside 0 to " + (LARGEST_VCPUS - 1));
        }
    }

    /**
     * Returns the address of a data page.
     *
     * @param n number of the page, 0 to 511
     * @return a multiple of 4096
     */
    public static long dataPage(int n) {
        if (n < 0 || n >= (RAM.end() - DATA) >> 12) {
            throw new IllegalArgumentException("data page " + n + " is outside 0 to 511");
        }
        return DATA + ((long) n << 12);
    }

    /**
     * Returns the address of the exception vectors, for {@code VBAR_EL1}.
     *
     * @return a multiple of 2048
     */
    public long vectors() {
        return base();
    }

    /**
     * Returns the vector of an exception from EL1 with SP_EL1.
     *
     * @param kind 0 synchronous, 1 IRQ, 2 FIQ, 3 SError
     * @return address of the vector
     */
    public long vectorFromEl1(int kind) {
        return vectors() + 0x200 + 0x80L * kind;
    }

    /**
     * Returns the vector of an exception from EL0.
     *
     * @param kind 0 synchronous, 1 IRQ, 2 FIQ, 3 SError
     * @return address of the vector
     */
    public long vectorFromEl0(int kind) {
        return vectors() + 0x400 + 0x80L * kind;
    }

    /**
     * Returns the page for structures that guest and host share.
     *
     * @return a multiple of 4096
     */
    public long area() {
        return base() + 0x1000;
    }

    /**
     * Returns 16 pages for structures that guest and host share, where one is not enough.
     *
     * @return a multiple of 4096
     */
    public long wideArea() {
        return base() + 0x3_0000;
    }

    /**
     * Returns a lane for an SDEI handler; lanes are 8 KiB long.
     *
     * @param n number of the lane, 0 to 3
     * @return entry point of the handler
     */
    public long handler(int n) {
        if (n < 0 || n > 3) {
            throw new IllegalArgumentException("handler lane " + n + " is outside 0 to 3");
        }
        return base() + 0x2000 + 0x2000L * n;
    }

    /**
     * Returns a lane at which the guest's scheduler begins, for COMPLETE_AND_RESUME; 8 KiB long.
     *
     * @return address of the lane
     */
    public long resume() {
        return base() + 0xA000;
    }

    /**
     * Returns the top of a stack of 8 KiB.
     *
     * @return a multiple of 16
     */
    public long stackTop() {
        return base() + 0x1_0000;
    }

    /**
     * Returns the lane for EL1 code.
     *
     * @return address at which the vCPU begins
     */
    public long el1() {
        return base() + 0x1_0000;
    }

    /**
     * Returns the lane for EL0 code.
     *
     * @return address of the lane
     */
    public long el0() {
        return base() + 0x2_0000;
    }

    private long base() {
        return RAM.base() + BLOCK * vcpu;
    }
}
