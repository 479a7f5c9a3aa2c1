/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import java.io.IOException;
import java.util.Optional;

/**
 * How a target gets another connection after one broke.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Reconnection {
    /** Nobody comes back. */
    Reconnection NEVER = (nanos, session) -> {
        throw new IOException("the connection is gone");
    };

    /**
     * Returns a new connection to the same origin, whose {@link Frame.Hello} has been read and is one of recovery.
     *
     * @param nanos how long to wait in nanoseconds of the host; 0 for only looking
     * @param session the move that goes on
     * @return the connection, or empty if there is none yet
     * @throws IOException if nobody will come any more
     */
    Optional<FrameChannel> await(long nanos, long session) throws IOException;
}
