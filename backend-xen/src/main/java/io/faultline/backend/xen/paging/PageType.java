/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** What a page is that a pager has to do with; every other page is ordinary (xen.md 7.5). */
public enum PageType {
    /** Nominated: the content is still there, and nobody may touch it. */
    PAGING_OUT(9),
    /** Evicted: the content is with the pager. */
    PAGED(10),
    /** Somebody has touched it and waits for the pager. */
    PAGING_IN(11);

    private final int number;

    PageType(int number) {
        this.number = number;
    }

    /**
     * Returns the number by which a request names the type.
     *
     * @return the type in Xen's table of physical addresses
     */
    public int number() {
        return number;
    }
}
