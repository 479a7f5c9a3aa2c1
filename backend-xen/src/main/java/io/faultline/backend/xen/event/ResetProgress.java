/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** How far a reset that was interrupted has come. */
@Singleton
final class ResetProgress {
    private int next;

    @Inject
    ResetProgress() {}

    /** Returns the port at which it goes on; 0 if no reset is in progress. */
    int next() {
        return next;
    }

    void next(int port) {
        next = port;
    }

    void reset() {
        next = 0;
    }

    void save(StateWriter writer) {
        writer.word("reset", next);
    }

    void restore(StateReader reader, int ports) {
        next = reader.integer("reset", 0, ports);
    }
}
