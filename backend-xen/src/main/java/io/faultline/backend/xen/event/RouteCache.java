/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** For each port the domain at its other end, as far as it was looked up since the port was connected; nothing for a port that is not. */
@Singleton
final class RouteCache {
    private @Nullable ChannelEnds[] known = new ChannelEnds[PortTable.STEP];

    @Inject
    RouteCache() {}

    @Nullable
    ChannelEnds get(int port) {
        return port < known.length ? known[port] : null;
    }

    void put(int port, @Nullable ChannelEnds ends) {
        if (port >= known.length) {
            known = Arrays.copyOf(known, Math.max(port + 1, Math.min(2 * known.length, PortTable.MOST_PORTS)));
        }
        known[port] = ends;
    }

    /** The port is not connected any more: the other end may be a machine that is gone. */
    void forget(int port) {
        if (port < known.length) {
            known[port] = null;
        }
    }

    void forgetAll() {
        Arrays.fill(known, null);
    }
}
