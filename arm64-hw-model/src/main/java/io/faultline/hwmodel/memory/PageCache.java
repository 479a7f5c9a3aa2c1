/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

/**
 * Remembers where the bytes of pages are, by slots, so that one page can be forgotten without looking at all of them.
 *
 * <p>Called by the thread that runs the machine, while no instruction is half done.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PageCache {
    /**
     * Forgets a page.
     *
     * @param page the page
     * @param slot the only slot in which it was ever remembered, as given to {@link RamPage#cached}
     */
    void forget(RamPage page, int slot);
}
