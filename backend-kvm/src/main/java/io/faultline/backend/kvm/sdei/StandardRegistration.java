/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/**
 * Registration as the reference implementation has it.
 *
 * @since 0.1
 */
public final class StandardRegistration implements Registration {
    /** Makes the rule. */
    @Inject
    public StandardRegistration() {}

    @Override
    public void register(EventInstance event, long entry, long argument, int target) {
        event.pending(false);
        event.handler(entry, argument);
        event.target(target);
        event.binding().take(event.owner());
    }

    @Override
    public void forget(EventInstance event) {
        boolean lost = event.isLatched();
        event.binding().giveBack(event.owner());
        event.clearRegistration();
        if (lost) {
            event.listener()
                    .ifPresent(listener ->
                            listener.dropped(event.owner(), event.definition().number()));
        }
    }
}
