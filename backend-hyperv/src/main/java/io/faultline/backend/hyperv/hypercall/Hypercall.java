/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * A hypercall. Called by the thread that drives the machine, with the vCPU in the trap; the control word, privileges and the
 * places of the parameters have been checked.
 *
 * @since 0.1
 */
public interface Hypercall {
    /**
     * Returns what the parameters look like.
     *
     * @return the shape, the same each time
     */
    CallShape shape();

    /**
     * Does what the guest asks for, or what it asks for with one element of a list.
     *
     * @param call the parameters, copied once; it is not valid after the method returns
     * @return a {@link Status}; unless it is SUCCESS, nothing has changed
     */
    int execute(Call call);
}
