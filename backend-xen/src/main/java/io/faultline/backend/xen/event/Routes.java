/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Finds the domain at the other end of a channel; sending to it again looks nothing up. */
@Singleton
final class Routes {
    private final EventDomain domain;
    private final PortTable ports;
    private final MachineEnds own;
    private final HostEnds host;
    private final PeerDomains peers;
    private final RouteCache cache;

    @Inject
    Routes(EventDomain domain, PortTable ports, MachineEnds own, HostEnds host, PeerDomains peers, RouteCache cache) {
        this.domain = domain;
        this.ports = ports;
        this.own = own;
        this.host = host;
        this.peers = peers;
        this.cache = cache;
    }

    /** Returns the real number of a domain that may be called SELF. */
    int realId(int number) {
        return number == DomainId.SELF ? domain.id() : number;
    }

    /** Returns the ends of a domain, null if there is no such domain. */
    @Nullable
    ChannelEnds to(int number) {
        if (number == domain.id()) {
            return own;
        }
        if (number == DomainId.CONTROL) {
            return host;
        }
        EventChannels peer = machine(number);
        return peer == null ? null : peer.ends();
    }

    /** Returns another machine, null if there is none with that number. */
    @Nullable
    EventChannels machine(int number) {
        return number == domain.id() || number == DomainId.CONTROL || number >= DomainId.FIRST_RESERVED
                ? null
                : peers.find(number);
    }

    boolean exists(int number) {
        return to(number) != null;
    }

    /** Returns the other end of a port that is INTERDOMAIN, null if that domain is not there now. */
    @Nullable
    ChannelEnds across(int port) {
        ChannelEnds known = cache.get(port);
        if (known == null || known.isRetired()) {
            known = to(ports.remoteDomain(port));
            cache.put(port, known);
        }
        return known;
    }
}
