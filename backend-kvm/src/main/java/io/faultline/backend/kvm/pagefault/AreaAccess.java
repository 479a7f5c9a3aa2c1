/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

/**
 * The shared area of a vCPU: a reason, a token, and words that belong to the guest alone (async-page-fault.md, 3.5). All
 * words are little-endian and 32 bits wide, and each is written by a single store (APF-030). Nothing a guest does makes a
 * method throw.
 *
 * @since 0.1
 */
public interface AreaAccess {
    /** Offset of the reason in bytes. */
    long REASON = 0;
    /** Offset of the token in bytes. */
    long TOKEN = 4;
    /** Size in bytes of what must be guest memory. */
    long BYTES = 64;

    /** Reason: nothing, the guest has consumed it. */
    int NONE = 0;
    /** Reason: the page of the present context is not there. */
    int NOT_PRESENT = 1;
    /** Reason: the page of the token is there. */
    int READY = 2;

    /**
     * Tells whether an address can hold an area: it is in guest memory that the guest can write.
     *
     * @param address a multiple of 64
     * @return true if it can
     */
    boolean isUsable(long address);

    /**
     * Tells whether the memory of the area is there.
     *
     * @param vcpu index of a vCPU that is enabled
     * @return false if its page is absent
     */
    boolean isPresent(int vcpu);

    /**
     * Tells whether the guest has consumed what was written.
     *
     * @param vcpu index of a vCPU that is enabled and whose area is present
     * @return true if reason and token are zero (APF-034)
     */
    boolean isFree(int vcpu);

    /**
     * Writes the token, then the reason (APF-033).
     *
     * @param vcpu index of a vCPU that is enabled and whose area is present
     * @param reason the reason
     * @param token the token, 32 bits
     */
    void write(int vcpu, int reason, long token);

    /**
     * Clears reason and token if they still are what was written.
     *
     * @param vcpu index of a vCPU
     * @param reason the reason
     * @param token the token
     */
    void withdraw(int vcpu, int reason, long token);
}
