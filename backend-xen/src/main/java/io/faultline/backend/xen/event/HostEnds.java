/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.api.state.StateReader;
import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ports of domain 0 that are for one guest. Each is a consumer written in Java; it is either connected to a port of the
 * guest or waits for it.
 *
 * <p>Domain 0 numbers its ports for each guest from 1: a guest cannot see those for others anyway.
 */
@Singleton
final class HostEnds implements ChannelEnds {
    /** Number of host ports of a guest; a VMM needs a handful. */
    static final int MOST = 1024;

    private final int guest;
    private @Nullable HostEnd[] ends = new HostEnd[8];
    private int[] connected = new int[8];
    private int count = 1;

    @Inject
    HostEnds(EventDomain domain) {
        guest = domain.id();
    }

    /** Returns the lowest free number, or 0 if there is none. */
    int register(HostEnd end) {
        for (int i = 1; i < count; i++) {
            if (ends[i] == null) {
                ends[i] = end;
                return i;
            }
        }
        if (count > MOST) {
            return 0;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
            connected = Arrays.copyOf(connected, 2 * count);
        }
        ends[count] = end;
        return count++;
    }

    boolean isRegistered(int port) {
        return port > 0 && port < count && ends[port] != null;
    }

    void unregister(int port) {
        ends[port] = null;
        connected[port] = 0;
    }

    /** Returns the guest's port to which a registered port is connected, 0 for none. */
    int connected(int port) {
        return connected[port];
    }

    @Override
    public boolean isRetired() {
        return false;
    }

    @Override
    public boolean isOffered(int port, int domain) {
        return isRegistered(port) && connected[port] == 0 && domain == guest;
    }

    @Override
    public void connect(int port, int domain, int peer) {
        connected[port] = peer;
    }

    @Override
    public void disconnect(int port, int domain, int peer) {
        if (isConnected(port, peer)) {
            connected[port] = 0;
        }
    }

    @Override
    public void receive(int port, int domain, int peer) {
        if (isConnected(port, peer)) {
            HostEnd end = ends[port];
            if (end != null) {
                end.notified();
            }
        }
    }

    private boolean isConnected(int port, int peer) {
        return port > 0 && port < count && connected[port] == peer;
    }

    void reset() {
        Arrays.fill(connected, 0);
    }

    /** What is connected follows from the guest's ports. */
    void restore(StateReader reader, PortTable ports) {
        reset();
        for (int port = 1; port < ports.valid(); port++) {
            if (ports.state(port) == PortState.INTERDOMAIN && ports.remoteDomain(port) == DomainId.CONTROL) {
                int host = ports.remotePort(port);
                if (!isRegistered(host) || connected[host] != 0) {
                    throw reader.invalid(
                            "ports",
                            "connects port " + port + " to host end " + host + ", which does not exist or is in use");
                }
                connected[host] = port;
            }
        }
    }
}
