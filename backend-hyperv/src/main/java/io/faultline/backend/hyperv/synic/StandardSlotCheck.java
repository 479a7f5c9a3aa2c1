/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;
import jakarta.inject.Inject;

/**
 * Looks at the type, marks a busy slot by its byte of flags alone, and looks again: the guest that freed it meanwhile may not
 * have seen the mark (hyperv.md 3.5, HV-085).
 *
 * @since 0.1
 */
public final class StandardSlotCheck implements SlotCheck {
    private final Interleaving interleaving;

    /**
     * Makes the check.
     *
     * @param interleaving what happens meanwhile
     */
    @Inject
    public StandardSlotCheck(Interleaving interleaving) {
        this.interleaving = interleaving;
    }

    @Override
    public boolean isFree(Frame page, int source) {
        int slot = Slot.at(source);
        if (page.load32(slot + Slot.TYPE) == 0) {
            return true;
        }
        interleaving.beforeMark(page, source);
        int flags = page.load8(slot + Slot.FLAGS);
        if ((flags & Slot.PENDING) == 0) {
            page.store8(slot + Slot.FLAGS, flags | Slot.PENDING);
        }
        interleaving.afterMark(page, source);
        return page.load32(slot + Slot.TYPE) == 0;
    }
}
