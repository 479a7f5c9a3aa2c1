/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import java.io.IOException;
import java.util.Optional;

/**
 * A connection as one side sees it: frames in order, both ways, until it breaks. Whoever made it decides what is below: a
 * socket, a pipe, another machine in the same thread. Used by one thread.
 *
 * @since 0.1
 */
public interface FrameChannel extends AutoCloseable {
    /** Waiting for as long as it takes. */
    long FOR_EVER = Long.MAX_VALUE;

    /**
     * Hands a frame over. Does not wait for the other side.
     *
     * @param frame the frame
     * @throws IOException if the connection is broken
     */
    void send(Frame frame) throws IOException;

    /**
     * Returns the next frame.
     *
     * @param nanos how long to wait in nanoseconds of the host; 0 for only looking
     * @return the frame, never {@link Frame.Alive}; empty if none came in this time
     * @throws IOException if the connection is broken and everything that arrived before has been returned, or what
     *     arrived is not a frame
     */
    Optional<Frame> receive(long nanos) throws IOException;

    /**
     * Waits until so little is on its way that another page is worth sending: what is handed over later cannot overtake.
     *
     * @throws IOException if the connection is broken
     */
    void awaitRoom() throws IOException;

    /** Lets go of the connection, after what was handed over has had a chance to arrive. Closing twice has no effect. */
    @Override
    void close();
}
