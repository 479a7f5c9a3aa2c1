/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/**
 * Refuses what could never be executed: an address that is not a multiple of 4. Nothing is translated, since a client may
 * register an address that is mapped only later, or only in another address space (sdei.md, 4.5); an entry point that is
 * not mapped when its event comes gives the guest an instruction abort.
 *
 * @since 0.1
 */
public final class StandardAddressCheck implements AddressCheck {
    private static final long MISALIGNED = 3;

    private final boolean zeroAllowed;

    /**
     * Makes the rule.
     *
     * @param policy whether 0 is an entry point
     */
    @Inject
    public StandardAddressCheck(SdeiPolicy policy) {
        this.zeroAllowed = policy.zeroEntry() == SdeiPolicy.ZeroEntry.ACCEPT;
    }

    @Override
    public boolean isEntryPoint(long address) {
        return (address & MISALIGNED) == 0 && (address != 0 || zeroAllowed);
    }

    @Override
    public boolean isResumeAddress(long address) {
        return (address & MISALIGNED) == 0;
    }
}
