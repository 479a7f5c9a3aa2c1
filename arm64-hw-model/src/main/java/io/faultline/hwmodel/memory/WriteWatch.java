/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

/**
 * Told when bytes of one page change, so that whatever was derived from them (decoded instructions) is thrown away.
 *
 * @since 0.1
 */
public interface WriteWatch {
    /**
     * Tells whether writes matter now. A cache may let stores to the page pass unseen while they do not.
     *
     * @return true if something was derived from the page
     */
    boolean isActive();

    /**
     * Bytes of the page were written or the page went away.
     *
     * @param offset offset of the first byte in the page, 0 to 4095
     * @param length number of bytes, at least 1
     */
    void written(int offset, int length);
}
