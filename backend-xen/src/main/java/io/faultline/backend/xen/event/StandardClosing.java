/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The event goes, the mask and what the guest has in its queues stay (XEN-060, XEN-062, XEN-063, XEN-123).
 *
 * <p>A single vCPU runs at a time, so that the other end cannot change in between.
 *
 * @since 0.1
 */
@Singleton
public class StandardClosing implements PortClosing {
    private final EventDomain domain;
    private final PortTable ports;
    private final CurrentAbi abi;
    private final Routes routes;
    private final RouteCache cache;
    private final VirqTable virqs;
    private final ClosedPorts closed;

    @Inject
    StandardClosing(
            EventDomain domain,
            PortTable ports,
            CurrentAbi abi,
            Routes routes,
            RouteCache cache,
            VirqTable virqs,
            ClosedPorts closed) {
        this.domain = domain;
        this.ports = ports;
        this.abi = abi;
        this.routes = routes;
        this.cache = cache;
        this.virqs = virqs;
        this.closed = closed;
    }

    @Override
    public void close(int port) {
        PortState state = ports.state(port);
        if (state == PortState.INTERDOMAIN) {
            ChannelEnds ends = routes.across(port);
            if (ends != null) {
                ends.disconnect(ports.remotePort(port), domain.id(), port);
            }
        } else if (state == PortState.VIRQ) {
            virqs.bind(ports.virq(port), ports.vcpu(port), 0);
        }
        cache.forget(port);
        abi.clearPending(port);
        ports.free(port);
        closed.closed(port);
    }
}
