/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

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
    /** Address of the redistributor of vCPU 0; the others follow in index order. */
    public static final long REDISTRIBUTORS = 0x080A_0000L;
    /** Size of one redistributor in bytes. */
    public static final long REDISTRIBUTOR_BYTES = 0x2_0000;
    /** Largest number of vCPUs: as many redistributors as fit below the UART of the {@code virt} machine. */
    public static final int MAX_VCPUS = 123;
    /** Largest sum of all memory regions: 1 TiB. */
    public static final long MAX_MEMORY_BYTES = 1L << 40;
    /** INTID of the virtual timer. */
    public static final int VIRTUAL_TIMER = GenericTimers.VIRTUAL_PPI;
    /** INTID of the physical timer. */
    public static final int PHYSICAL_TIMER = GenericTimers.PHYSICAL_PPI;

    private MachineLayout() {}
}
