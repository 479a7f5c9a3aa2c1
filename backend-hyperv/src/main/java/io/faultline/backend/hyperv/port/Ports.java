/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.part.PartitionPart;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Ports and connections of a machine, and the calls of its guest about them (hyperv.md 4).
 *
 * @since 0.1
 */
@Singleton
public final class Ports implements PartitionPart {
    private final PortTable ports;
    private final Connections connections;
    private final List<Hypercall> calls;

    @Inject
    Ports(Host host, PortTable ports, Connections connections, PortRules rules) {
        this.ports = ports;
        this.connections = connections;
        calls = List.of(
                new PostMessageCall(connections, rules),
                new SignalEventCall(connections),
                new CreatePortCall(ports, host.vcpuCount()),
                new DeletePortCall(ports),
                new ConnectPortCall(ports, connections),
                new DisconnectPortCall(connections));
    }

    @Override
    public List<Hypercall> hypercalls() {
        return calls;
    }

    /** The machine is closed: connections of other machines that led here lead nowhere from now on. */
    @Override
    public void closed() {
        ports.close();
        connections.close();
    }

    @Override
    public String stateName() {
        return "ports";
    }

    @Override
    public void reset() {
        ports.reset();
        connections.reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(ports);
        writer.element(connections);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(ports);
        reader.element(connections);
    }
}
