/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Where the entries of the ring are (XEN-185). */
public interface EntryPlaces {
    /**
     * Finds the entry for an index.
     *
     * @param index free-running 32-bit index
     * @return offset in the ring of the 400 bytes of the entry
     */
    int offset(int index);
}
