/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

import java.util.Locale;

/**
 * Privileges of a partition, bits 63:0 of HvRegisterPrivilegesAndFeaturesInfo (hyperv.md 2.5). Only those with something behind
 * them are listed.
 *
 * @since 0.1
 */
public enum Privilege {
    /** HvRegisterVpRuntime. */
    VP_RUNTIME(0),
    /** HvRegisterTimeRefCount. */
    REFERENCE_COUNTER(1),
    /** Registers of the synthetic interrupt controller. */
    SYNIC(2),
    /** Registers of the synthetic timers. */
    SYNTHETIC_TIMERS(3),
    /** Registers of the interrupt controller: the assist page. */
    INTERRUPT_CONTROL(4),
    /** HvRegisterGuestOsId. */
    GUEST_OS_ID(5),
    /** HvRegisterVpIndex. */
    VP_INDEX(6),
    /** HvRegisterReferenceTsc. */
    REFERENCE_TSC(9),
    /** HvRegisterGuestIdle. */
    GUEST_IDLE(10),
    /** Registers of frequencies. */
    FREQUENCIES(11),
    /** HvCallGetPartitionId. */
    PARTITION_ID(33),
    /** HvCallPostMessage. */
    POST_MESSAGES(36),
    /** HvCallSignalEvent. */
    SIGNAL_EVENTS(37),
    /** HvCallCreatePort. */
    CREATE_PORT(38),
    /** HvCallConnectPort. */
    CONNECT_PORT(39),
    /** HvCallGetVpRegisters and HvCallSetVpRegisters. */
    VP_REGISTERS(49),
    /** Calls in registers have output. */
    FAST_OUTPUT(51);

    private final int bit;

    Privilege(int bit) {
        this.bit = bit;
    }

    /**
     * Returns the number of the bit.
     *
     * @return 0 to 63
     */
    public int bit() {
        return bit;
    }

    /**
     * Returns the mask of the bit.
     *
     * @return a value with one bit set
     */
    public long mask() {
        return 1L << bit;
    }

    /**
     * Returns the mask of every privilege.
     *
     * @return one bit for each
     */
    public static long all() {
        long all = 0;
        for (Privilege privilege : values()) {
            all |= privilege.mask();
        }
        return all;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + " (bit " + bit + ")";
    }
}
