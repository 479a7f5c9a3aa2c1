/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.vmm.paging.PageStore;
import java.util.Objects;

/**
 * A guest that stands still and can go on in another machine.
 *
 * @param state everything but the content of pages
 * @param pages the content of the pages that are absent in the state
 * @since 0.1
 */
public record FrozenGuest(GuestState state, PageStore pages) {
    /** Checks for null. */
    public FrozenGuest {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(pages, "pages");
    }
}
