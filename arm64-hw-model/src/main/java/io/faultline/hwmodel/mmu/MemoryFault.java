/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import java.io.Serial;

/**
 * The fault of one access, thrown from the depth of an access to the run loop.
 *
 * <p>There is one instance for each PE, reused, without stack trace: a fault costs no allocation. It never leaves the
 * hardware model.
 */
public final class MemoryFault extends RuntimeException {
    /** Which regime found the fault, hence who is told. */
    public enum Origin {
        /** Stage 1, alignment or external: taken to EL1. */
        STAGE1,
        /** Stage 2: taken to EL2. */
        STAGE2,
        /** The base register is a misaligned stack pointer: taken to EL1, no access was made. */
        STACK_POINTER,
        /** The address of an instruction is not a multiple of 4: taken to EL1, no access was made. */
        PROGRAM_COUNTER
    }

    @Serial
    private static final long serialVersionUID = 1L;

    private Origin origin = Origin.STAGE1;
    private AccessKind access = AccessKind.READ;
    private int status;
    private long address;
    private long ipa;
    private boolean maintenance;

    /** Makes the reusable instance. */
    public MemoryFault() {
        super(null, null, false, false);
    }

    /**
     * Describes a fault that goes to EL1.
     *
     * @param kind kind of the access
     * @param virtualAddress address of the access
     * @param faultStatus fault status code
     * @return this
     */
    public MemoryFault toEl1(AccessKind kind, long virtualAddress, int faultStatus) {
        origin = Origin.STAGE1;
        access = kind;
        address = virtualAddress;
        status = faultStatus;
        ipa = 0;
        maintenance = false;
        return this;
    }

    /**
     * Describes a stage 2 fault.
     *
     * @param kind kind of the access
     * @param virtualAddress address of the access
     * @param intermediate intermediate physical address of the access
     * @param faultStatus fault status code
     * @return this
     */
    public MemoryFault toEl2(AccessKind kind, long virtualAddress, long intermediate, int faultStatus) {
        toEl1(kind, virtualAddress, faultStatus);
        origin = Origin.STAGE2;
        ipa = intermediate;
        return this;
    }

    /**
     * Describes a misaligned stack pointer.
     *
     * @return this
     */
    public MemoryFault ofStackPointer() {
        toEl1(AccessKind.READ, 0, 0);
        origin = Origin.STACK_POINTER;
        return this;
    }

    /**
     * Describes a misaligned program counter.
     *
     * @param pc the address
     * @return this
     */
    public MemoryFault ofPc(long pc) {
        toEl1(AccessKind.EXECUTE, pc, 0);
        origin = Origin.PROGRAM_COUNTER;
        return this;
    }

    /**
     * Marks the fault as one of a cache maintenance or address translation instruction.
     *
     * @return this
     */
    public MemoryFault ofMaintenance() {
        maintenance = true;
        return this;
    }

    /**
     * Returns which regime found the fault.
     *
     * @return the origin
     */
    public Origin origin() {
        return origin;
    }

    /**
     * Returns the kind of the access.
     *
     * @return the kind
     */
    public AccessKind access() {
        return access;
    }

    /**
     * Returns the fault status code.
     *
     * @return 0 to 63
     */
    public int status() {
        return status;
    }

    /**
     * Returns the virtual address.
     *
     * @return what FAR_ELx gets
     */
    public long address() {
        return address;
    }

    /**
     * Returns the intermediate physical address.
     *
     * @return what HPFAR_EL2 is made of; meaningful only for stage 2
     */
    public long ipa() {
        return ipa;
    }

    /**
     * Tells whether a maintenance instruction faulted.
     *
     * @return CM of the syndrome
     */
    public boolean isMaintenance() {
        return maintenance;
    }
}
