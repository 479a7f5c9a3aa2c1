/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

/**
 * The VMM's say in whether a fault is announced (async-page-fault.md, 3.9).
 *
 * @since 0.1
 */
@FunctionalInterface
public interface FaultDecision {
    /** Lets the backend decide alone; what a machine begins with. */
    FaultDecision ACCEPT_ALL = (page, vcpu) -> true;

    /**
     * Decides one fault, after every veto of the backend has passed and before the guest is told. Must not block and
     * must not call back into the machine.
     *
     * @param page address of the page
     * @param vcpu index of the vCPU
     * @return true to announce the fault, false to have it handled synchronously with the veto
     *     {@link Veto#VMM_DECLINED}
     */
    boolean accept(long page, int vcpu);
}
