/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import jakarta.inject.Inject;

/** Eight entries of 400 bytes, from 0x40 on, used in turn. */
final class StandardEntryPlaces implements EntryPlaces {
    @Inject
    StandardEntryPlaces() {}

    @Override
    public int offset(int index) {
        return VmEvent.FIRST_ENTRY + (index & VmEvent.ENTRIES - 1) * VmEvent.ENTRY_BYTES;
    }
}
