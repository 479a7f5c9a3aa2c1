/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import java.io.IOException;

/**
 * Pages whose content lies somewhere outside the machine. Read only; not thread-safe.
 *
 * @since 0.1
 */
public interface PageStore {
    /**
     * Returns which pages there are.
     *
     * @return a copy of the set
     */
    PageSet pages();

    /**
     * Tells whether the content of a page is here.
     *
     * @param page any number
     * @return true if it is
     */
    boolean contains(long page);

    /**
     * Reads a page.
     *
     * @param page address of a page that is here
     * @return 4096 bytes, not to be changed; {@link MemoryPageStore#ZERO} itself for a page of zeros
     * @throws IOException if the content is damaged or cannot be read
     * @throws IllegalArgumentException if the page is not here
     */
    byte[] read(long page) throws IOException;
}
