/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

import java.util.List;

/**
 * Registers that belong together. Called by the thread that drives the machine; whether the guest may reach the register has
 * been found out.
 *
 * @since 0.1
 */
public interface RegisterGroup {
    /**
     * Lists the registers.
     *
     * @return ranges that no other group has, the same each time
     */
    List<RegisterRange> ranges();

    /**
     * Reads a register.
     *
     * @param vcpu index of the vCPU whose register it is
     * @param name number of the register, in one of the ranges
     * @param value set to the value, if there is no error
     * @return a {@link io.faultline.backend.hyperv.hypercall.Status}
     */
    int read(int vcpu, int name, RegisterValue value);

    /**
     * Writes a register, with everything that follows from it (hyperv.md 1.8).
     *
     * @param vcpu index of the vCPU whose register it is
     * @param name number of the register, in one of the ranges that can be written
     * @param value the value
     * @return a {@link io.faultline.backend.hyperv.hypercall.Status}; unless it is SUCCESS, nothing has changed
     */
    int write(int vcpu, int name, RegisterValue value);
}
