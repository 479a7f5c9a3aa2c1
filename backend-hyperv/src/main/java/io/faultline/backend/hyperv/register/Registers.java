/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

import io.faultline.backend.hyperv.hypercall.Gate;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.register.RegisterRange.Early;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Every register that a guest can reach, by number.
 *
 * @since 0.1
 */
public final class Registers {
    private final int[] first;
    private final RegisterRange[] ranges;
    private final RegisterGroup[] groups;
    private final Gate gate;

    private record Entry(RegisterRange range, RegisterGroup group) {}

    /**
     * Makes the registers of a machine.
     *
     * @param groups all of them
     * @param gate what the partition may do
     * @throws IllegalArgumentException if a number is in two ranges
     */
    public Registers(List<RegisterGroup> groups, Gate gate) {
        this.gate = gate;
        List<Entry> entries = new ArrayList<>();
        for (RegisterGroup group : groups) {
            group.ranges().forEach(range -> entries.add(new Entry(range, group)));
        }
        entries.sort(Comparator.comparingInt(entry -> entry.range().first()));
        first = new int[entries.size()];
        ranges = new RegisterRange[first.length];
        this.groups = new RegisterGroup[first.length];
        for (int i = 0; i < first.length; i++) {
            ranges[i] = entries.get(i).range();
            this.groups[i] = entries.get(i).group();
            first[i] = ranges[i].first();
            if (i > 0 && ranges[i - 1].last() >= first[i]) {
                throw new IllegalArgumentException("two registers have number 0x" + Integer.toHexString(first[i]));
            }
        }
    }

    /**
     * Reads a register for a guest.
     *
     * @param vcpu index of the vCPU whose register it is
     * @param name number of the register, any value
     * @param value set to the value, if there is no error
     * @return a {@link Status}
     */
    public int read(int vcpu, int name, RegisterValue value) {
        int at = find(name);
        if (at < 0) {
            return Status.UNKNOWN_REGISTER_NAME;
        }
        RegisterRange range = ranges[at];
        return isAllowed(range) && (gate.isOpen() || range.early() != Early.NOTHING)
                ? groups[at].read(vcpu, name, value)
                : Status.ACCESS_DENIED;
    }

    /**
     * Writes a register for a guest.
     *
     * @param vcpu index of the vCPU whose register it is
     * @param name number of the register, any value
     * @param value the value
     * @return a {@link Status}; unless it is SUCCESS, nothing has changed
     */
    public int write(int vcpu, int name, RegisterValue value) {
        int at = find(name);
        if (at < 0) {
            return Status.UNKNOWN_REGISTER_NAME;
        }
        RegisterRange range = ranges[at];
        if (!isAllowed(range) || !gate.isOpen() && range.early() != Early.EVERYTHING) {
            return Status.ACCESS_DENIED;
        }
        return range.isWritable() ? groups[at].write(vcpu, name, value) : Status.INVALID_PARAMETER;
    }

    private boolean isAllowed(RegisterRange range) {
        return range.privilege() == RegisterRange.NO_PRIVILEGE || gate.hasPrivilege(range.privilege());
    }

    /** Numbers are unsigned, but no register has one with bit 31 set. */
    private int find(int name) {
        int low = 0;
        int high = first.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (name < first[middle]) {
                high = middle - 1;
            } else if (name > ranges[middle].last()) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }
}
