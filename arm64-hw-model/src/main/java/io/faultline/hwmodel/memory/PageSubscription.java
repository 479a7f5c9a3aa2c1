/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.util.Objects;

/**
 * The place of one cache in the list of those that are told of changes. A cache that is not in the list is empty.
 *
 * @since 0.1
 */
public final class PageSubscription {
    private final PendingObservers pending;
    private final PageObserver cache;
    private boolean listed;

    PageSubscription(PendingObservers pending, PageObserver cache) {
        this.pending = pending;
        this.cache = Objects.requireNonNull(cache, "cache");
    }

    /** Has the cache told of the next change. To be called whenever something is cached; costs nothing the second time. */
    public void renew() {
        if (!listed) {
            listed = true;
            pending.add(this);
        }
    }

    void tell() {
        listed = false;
        cache.pagesChanged();
    }
}
