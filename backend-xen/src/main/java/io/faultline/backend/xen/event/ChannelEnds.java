/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * One domain as seen from the other end of its channels. What the other end believes is never trusted: two domains may have
 * been saved at different times.
 */
interface ChannelEnds {
    /**
     * Tells whether a port waits for a domain to connect.
     *
     * @param port any value
     * @param domain the domain
     */
    boolean isOffered(int port, int domain);

    /**
     * Connects a port.
     *
     * @param port a port that {@linkplain #isOffered is offered} to the domain
     * @param domain the domain
     * @param peer the port at its end
     */
    void connect(int port, int domain, int peer);

    /**
     * The other end is closed: a port waits for its domain again, without any event (XEN-060). Does nothing if the port is
     * not connected to that end.
     */
    void disconnect(int port, int domain, int peer);

    /** The other end has sent an event. Does nothing if the port is not connected to that end. */
    void receive(int port, int domain, int peer);

    /** Whether the domain is reached by its number no more, so that somebody else may have to be found. */
    boolean isRetired();
}
