/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;
import jakarta.inject.Inject;

/**
 * Writes the parts of a message in the order of hyperv.md 3.3. What is behind the payload is left as it was.
 *
 * @since 0.1
 */
public final class StandardSlotWriter implements SlotWriter {
    private final Interleaving interleaving;

    /**
     * Makes the writer.
     *
     * @param interleaving what happens meanwhile
     */
    @Inject
    public StandardSlotWriter(Interleaving interleaving) {
        this.interleaving = interleaving;
    }

    @Override
    public void write(Frame page, int source, MessageBuffer message, boolean more) {
        int slot = Slot.at(source);
        int flags = more ? Slot.PENDING : 0;
        page.write(slot + Slot.PAYLOAD, message.payload(), 0, message.size());
        page.store64(slot + Slot.ORIGINATION, message.origination());
        page.store32(slot + Slot.SIZE, message.size() | flags << Byte.SIZE);
        interleaving.beforeType(page, source);
        page.store32(slot + Slot.TYPE, message.type());
    }
}
