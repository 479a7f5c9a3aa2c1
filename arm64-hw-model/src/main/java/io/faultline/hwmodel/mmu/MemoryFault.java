/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import java.io.Serial;

/**
 * The fault of one access, thrown from the depth of an access to the run loop.
 *
 * <p>There is one instance for each PE, reused, without stack trace: a fault costs no allocation. It never leaves the
 * hardware model.
 */
public final class MemoryFault extends RuntimeException {
    /** Who found the fault, hence who is told. */
    public enum Origin {
        /** Stage 1, alignment or external: taken where the level takes its own. */
        STAGE1,
        /** The stage 2 that the guest's EL2 is in charge of: taken to EL2. */
        STAGE2,
        /** The software above the guest: no RAM there, or page absent or restricted. */
        HOST,
        /** The base register is a misaligned stack pointer, no access was made. */
        STACK_POINTER,
        /** The address of an instruction is not a multiple of 4, no access was made. */
        PROGRAM_COUNTER,
        /** No fault: the store may raise an interrupt line, so that the instruction is executed by itself. */
        INTERRUPTING
    }

    @Serial
    private static final long serialVersionUID = 1L;

    private Origin origin = Origin.STAGE1;
    private AccessKind access = AccessKind.READ;
    private int status;
    private long address;
    private long ipa;
    private int externalStatus;
    private boolean maintenance;
    private boolean onWalk;

    /** Makes the reusable instance. */
    public MemoryFault() {
        super(null, null, false, false);
    }

    /**
     * Describes a fault of stage 1, an alignment fault or an external abort.
     *
     * @param kind kind of the access
     * @param virtualAddress address of the access
     * @param faultStatus fault status code
     * @return this
     */
    public MemoryFault ofStage1(AccessKind kind, long virtualAddress, int faultStatus) {
        origin = Origin.STAGE1;
        access = kind;
        address = virtualAddress;
        status = faultStatus;
        ipa = 0;
        maintenance = false;
        onWalk = false;
        return this;
    }

    /**
     * Describes a fault of the stage 2 of the guest's EL2.
     *
     * @param kind kind of the access
     * @param virtualAddress address of the access
     * @param intermediate intermediate physical address that could not be translated
     * @param faultStatus fault status code
     * @param walk whether a walk of stage 1 made the access
     * @return this
     */
    public MemoryFault ofStage2(
            AccessKind kind, long virtualAddress, long intermediate, int faultStatus, boolean walk) {
        ofStage1(kind, virtualAddress, faultStatus);
        origin = Origin.STAGE2;
        ipa = intermediate;
        onWalk = walk;
        return this;
    }

    /**
     * Describes a fault that is the business of the software above the guest.
     *
     * @param kind kind of the access
     * @param virtualAddress address of the access
     * @param physical address that is not there, as the guest sees it
     * @param faultStatus fault status code of the stage 2 in charge
     * @param refusedStatus fault status code that the guest gets if nothing answers: an external abort, on a table walk
     *     with its level
     * @return this
     */
    public MemoryFault ofHost(AccessKind kind, long virtualAddress, long physical, int faultStatus, int refusedStatus) {
        ofStage2(kind, virtualAddress, physical, faultStatus, refusedStatus != FaultStatus.EXTERNAL);
        externalStatus = refusedStatus;
        origin = Origin.HOST;
        return this;
    }

    /**
     * Describes a misaligned stack pointer.
     *
     * @return this
     */
    public MemoryFault ofStackPointer() {
        ofStage1(AccessKind.READ, 0, 0);
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
        ofStage1(AccessKind.EXECUTE, pc, 0);
        origin = Origin.PROGRAM_COUNTER;
        return this;
    }

    /**
     * Describes a store that may raise an interrupt line. It was not made.
     *
     * @param virtualAddress address of the store
     * @return this
     */
    public MemoryFault ofInterrupting(long virtualAddress) {
        ofStage1(AccessKind.WRITE, virtualAddress, 0);
        origin = Origin.INTERRUPTING;
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
     * Returns what the guest gets from the software above if nothing answers.
     *
     * @return fault status code of an external abort; meaningful only if {@link #origin()} is HOST
     */
    public int externalStatus() {
        return externalStatus;
    }

    /**
     * Returns who found the fault.
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
     * @return what HPFAR_EL2 is made of; meaningful only for {@link Origin#STAGE2} and {@link Origin#HOST}
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

    /**
     * Tells whether the access was one of a table walk.
     *
     * @return S1PTW of the syndrome
     */
    public boolean isOnWalk() {
        return onWalk;
    }
}
