/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/**
 * One bit for each PE.
 *
 * @since 0.1
 */
public final class StandardPeMask implements PeMask {
    /** Makes the rule. */
    @Inject
    public StandardPeMask() {}

    @Override
    public boolean mask(PeState pe) {
        boolean changed = !pe.isMasked();
        pe.masked(true);
        return changed;
    }

    @Override
    public void unmask(PeState pe) {
        pe.masked(false);
    }
}
