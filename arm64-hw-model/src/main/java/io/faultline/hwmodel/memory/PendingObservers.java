/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.util.ArrayList;
import java.util.List;

/** Those who have cached something since they were told last. */
final class PendingObservers {
    private final List<PageSubscription> pending = new ArrayList<>();

    void add(PageSubscription subscription) {
        pending.add(subscription);
    }

    /** Tells everybody once; who caches something again has to come again. */
    void tell() {
        for (int i = 0; i < pending.size(); i++) {
            pending.get(i).tell();
        }
        pending.clear();
    }
}
