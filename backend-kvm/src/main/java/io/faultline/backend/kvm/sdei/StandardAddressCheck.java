/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
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
    private final long misaligned;

    /**
     * Makes the rule.
     *
     * @param policy whether 0 is an entry point
     */
    @Inject
    public StandardAddressCheck(SdeiPolicy policy) {
        this.zeroAllowed = policy.is(CallChoice.ZeroEntry.ACCEPT);
        this.misaligned = policy.is(CallChoice.AddressCheck.NONE) ? 0 : MISALIGNED;
    }

    @Override
    public boolean isEntryPoint(long address) {
        return (address & misaligned) == 0 && (address != 0 || zeroAllowed);
    }

    @Override
    public boolean isResumeAddress(long address) {
        return (address & misaligned) == 0;
    }
}
