/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * The registers with which the guest goes on after a handler.
 *
 * @since 0.1
 */
public interface Completion {
    /**
     * Goes back to the interrupted context (EVENT_COMPLETE). The context stays readable; the caller drops it.
     *
     * @param pe a PE on which a handler runs
     */
    void complete(PeState pe);

    /**
     * Goes on at an address, from where an ERET leads back to the interrupted context (EVENT_COMPLETE_AND_RESUME).
     *
     * @param pe a PE on which a handler runs
     * @param address where to go on
     */
    void resume(PeState pe, long address);
}
