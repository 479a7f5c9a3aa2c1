/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** The frames behind a guest's pages. */
public interface PageFrames {
    /**
     * Tells whether a page is ordinary memory to which nothing but the guest refers: readable, writable, there, and not one
     * that the hypervisor accesses by itself or has replaced.
     *
     * @param page address of a page, of memory or not
     * @return true if it can be taken away
     */
    boolean isTakeable(long page);

    /**
     * Tells whether the guest can access a page of memory.
     *
     * @param page address of the page
     * @return true if it is there, by whatever way it has come
     */
    boolean isThere(long page);

    /**
     * Takes a page away.
     *
     * @param page address of a page that is takeable
     * @return its content
     */
    byte[] take(long page);

    /**
     * Has a page there again: whoever waits for it may go on.
     *
     * @param page address of a page of memory
     * @param content 4096 bytes
     */
    void give(long page, byte[] content);

    /**
     * Gives the place of a page back that the guest has released: what was away is gone.
     *
     * @param page address of a page of memory
     * @param content 4096 bytes
     */
    void release(long page, byte[] content);
}
