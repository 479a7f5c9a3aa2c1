/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Who may put a request into the ring (XEN-188). */
@FunctionalInterface
public interface Room {
    /** There is room as long as an entry is free that nobody has reserved. */
    Room STANDARD = (available, guest) -> available > 0;

    /**
     * Judges a producer.
     *
     * @param available free entries that nobody has reserved
     * @param guest whether the producer is a vCPU of the guest; others come from outside
     * @return true if it may reserve one
     */
    boolean isThere(int available, boolean guest);
}
