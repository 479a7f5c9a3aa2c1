/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/**
 * One bit for each registered instance.
 *
 * @since 0.1
 */
public final class StandardLatch implements TriggerLatch {
    /** Makes the rule. */
    @Inject
    public StandardLatch() {}

    @Override
    public Latched trigger(EventInstance event) {
        if (!event.is(Sdei.REGISTERED)) {
            return Latched.DROPPED;
        }
        if (event.isPending()) {
            return Latched.MERGED;
        }
        event.pending(true);
        return Latched.LATCHED;
    }
}
