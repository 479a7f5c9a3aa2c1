/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * The interrupts by which a vCPU learns of messages and flags.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface InterruptRequest {
    /**
     * Makes a private interrupt of a vCPU pending once, whatever its trigger. One that is pending already stays so: both are one.
     *
     * @param vcpu index of the vCPU
     * @param intid 16 to 31
     */
    void raise(int vcpu, int intid);
}
