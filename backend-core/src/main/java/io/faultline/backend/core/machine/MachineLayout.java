/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.timer.GenericTimers;

/**
 * Where the machine keeps what belongs to the processors: the memory map of QEMU's {@code virt} machine and the private
 * interrupts that hardware owns.
 *
 * @since 0.1
 */
public final class MachineLayout {
    /** Address of the GIC distributor. */
    public static final long DISTRIBUTOR = 0x0800_0000L;
    /** Size of the distributor in bytes. */
    public static final long DISTRIBUTOR_BYTES = 0x1_0000;
    /** Address of the redistributor of vCPU 0; those of the first 123 vCPUs follow in index order. */
    public static final long REDISTRIBUTORS = 0x080A_0000L;
    /** Size of one redistributor in bytes. */
    public static final long REDISTRIBUTOR_BYTES = 0x2_0000;
    /** Number of redistributors that fit below the UART. */
    public static final int LOW_REDISTRIBUTORS = InterruptController.FIRST_RANGE;
    /** Address of the redistributor of vCPU 123; the others follow in index order. */
    public static final long HIGH_REDISTRIBUTORS = 0x40_0000_0000L;
    /** Number of shared peripheral interrupts, from INTID 32 on. */
    public static final int INTERRUPT_LINES = InterruptController.SHARED_INTERRUPTS;
    /** Largest number of vCPUs. */
    public static final int MAX_VCPUS = 512;
    /** Largest sum of all memory regions: 1 TiB. */
    public static final long MAX_MEMORY_BYTES = 1L << 40;
    /** INTID of the virtual timer. */
    public static final int VIRTUAL_TIMER = GenericTimers.VIRTUAL_PPI;
    /** INTID of the physical timer. */
    public static final int PHYSICAL_TIMER = GenericTimers.PHYSICAL_PPI;

    private MachineLayout() {}
}
