/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;

/** What the engine needs to know of pages and may ask for. */
interface PageIn {
    /** Whether somebody can be asked for the page. */
    boolean hasSource(long page);

    /** How often in a row the page could not be brought in. */
    int failures(long page);

    /**
     * Asks for a page. Nothing happens if it is there, lost, already asked for, or nobody supplies it.
     *
     * @param vcpu index of the vCPU that needs it, or -1 if the host does
     */
    void start(long page, int vcpu, AccessKind access);
}
