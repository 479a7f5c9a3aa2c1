/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** The ports of a machine as seen from the other end. */
@Singleton
final class MachineEnds implements ChannelEnds {
    private final PortTable ports;
    private final CurrentAbi abi;
    private final XenConsumers consumers;
    private final RouteCache cache;
    private boolean retired;

    @Inject
    MachineEnds(PortTable ports, CurrentAbi abi, XenConsumers consumers, RouteCache cache) {
        this.ports = ports;
        this.abi = abi;
        this.consumers = consumers;
        this.cache = cache;
    }

    /** Nobody reaches the domain any more. */
    void retire() {
        retired = true;
    }

    @Override
    public boolean isRetired() {
        return retired;
    }

    @Override
    public boolean isOffered(int port, int domain) {
        return ports.isValid(port) && ports.state(port) == PortState.UNBOUND && ports.remoteDomain(port) == domain;
    }

    @Override
    public void connect(int port, int domain, int peer) {
        ports.become(port, PortState.INTERDOMAIN, domain, peer);
    }

    @Override
    public void disconnect(int port, int domain, int peer) {
        if (ports.isConnected(port, domain, peer)) {
            ports.become(port, PortState.UNBOUND, domain, 0);
            cache.forget(port);
        }
    }

    @Override
    public void receive(int port, int domain, int peer) {
        if (!ports.isConnected(port, domain, peer)) {
            return;
        }
        int consumer = ports.consumer(port);
        if (consumer == 0) {
            abi.setPending(port, ports.vcpu(port));
        } else {
            consumers.notified(consumer);
        }
    }
}
