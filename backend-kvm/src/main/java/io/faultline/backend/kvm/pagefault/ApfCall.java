/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

/**
 * One of the calls by which a guest controls the interface.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ApfCall {
    /**
     * Executes the call. Whatever the arguments are, it does not throw and its work is bounded.
     *
     * @param vcpu index of the vCPU that calls
     * @param argument2 W2, zero-extended
     * @param argument3 W3, zero-extended
     * @return what the caller sees
     */
    ApfReply execute(int vcpu, long argument2, long argument3);
}
