/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.synic.Connection;
import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.MessageReceiver;
import io.faultline.api.synic.SignalReceiver;
import io.faultline.api.synic.SynicPort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.synic.EventFlags;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;

/** What the VMM does with ports, connections and event flags of a machine. */
@Singleton
final class HostSide implements SyntheticInterrupts {
    private static final SynicStatus[] STATUSES = byCode();

    private final PortTable ports;
    private final Connections connections;
    private final EventFlags flags;
    private final Neighbourhood neighbourhood;
    private final PortSettings settings;
    private final int vcpus;

    @Inject
    HostSide(
            Host host,
            PortTable ports,
            Connections connections,
            EventFlags flags,
            Neighbourhood neighbourhood,
            PortSettings settings) {
        this.ports = ports;
        this.connections = connections;
        this.flags = flags;
        this.neighbourhood = neighbourhood;
        this.settings = settings;
        vcpus = host.vcpuCount();
    }

    private static SynicStatus[] byCode() {
        SynicStatus[] statuses = new SynicStatus[Status.INVALID_SYNIC_STATE + 1];
        for (SynicStatus status : SynicStatus.values()) {
            if (status.code() < statuses.length) {
                statuses[status.code()] = status;
            }
        }
        return statuses;
    }

    /** A status that a port can have, in the words of the API. */
    static SynicStatus status(int code) {
        return Objects.requireNonNull(STATUSES[code], "status");
    }

    static HypervisorException invalid(String problem, String remedy) {
        return new HypervisorException(ErrorId.INVALID_ARGUMENT, problem, "synthetic interrupts", remedy);
    }

    private static HypervisorException conflict(String problem, String remedy) {
        return new HypervisorException(ErrorId.RESOURCE_CONFLICT, problem, "synthetic interrupts", remedy);
    }

    private static void require(String what, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw invalid(what + " " + value + " is outside " + lowest + " to " + highest, "use one of these");
        }
    }

    private void requireOpen() {
        if (ports.end().ports() == null) {
            throw new HypervisorException(
                    ErrorId.CLOSED,
                    "using synthetic interrupts of a machine that was closed",
                    "synthetic interrupts",
                    "build another one from the plan");
        }
    }

    private PortReference newPort(int port, int vcpu, int source) {
        requireOpen();
        require("port", port, 0, LAST_ID);
        require("vCPU", vcpu, ANY_VCPU, vcpus - 1);
        require("synthetic interrupt source", source, 0, SOURCES - 1);
        if (ports.port(port) != null) {
            throw conflict("port " + port + " is in use", "use another identifier, or close the port");
        }
        if (ports.isFull()) {
            throw conflict("the machine has " + ports.limit() + " ports already", "raise hyperv.max-ports");
        }
        return reference(port);
    }

    private PortReference reference(int port) {
        return new PortReference(ports.end(), port);
    }

    @Override
    public MessagePort createMessagePort(int port, int vcpu, int source) {
        PortReference created = newPort(port, vcpu, source);
        ports.createForMessages(port, vcpu, source);
        return new MessagePortHandle(created, neighbourhood);
    }

    @Override
    public EventPort createEventPort(int port, int vcpu, int source, int firstFlag, int count) {
        require("event flag", firstFlag, 0, FLAGS - 1);
        require("number of event flags", count, 1, FLAGS - firstFlag);
        PortReference created = newPort(port, vcpu, source);
        ports.createForEvents(port, vcpu, source, firstFlag, count);
        return new EventPortHandle(created, neighbourhood);
    }

    @Override
    public Optional<MessagePort> messagePort(int port) {
        requireOpen();
        MessagePort handle = new MessagePortHandle(reference(port), neighbourhood);
        return handle.isOpen() ? Optional.of(handle) : Optional.empty();
    }

    @Override
    public Optional<EventPort> eventPort(int port) {
        requireOpen();
        EventPort handle = new EventPortHandle(reference(port), neighbourhood);
        return handle.isOpen() ? Optional.of(handle) : Optional.empty();
    }

    private void requireFree(int connection) {
        requireOpen();
        require("connection", connection, 0, LAST_ID);
        if (connections.find(connection) != null) {
            throw conflict(
                    "connection " + connection + " is in use", "use another identifier, or close the connection");
        }
        if (connections.isFull()) {
            throw conflict(
                    "the machine has " + connections.limit() + " connections already", "raise hyperv.max-connections");
        }
    }

    private Connection connected(int connection, Destination destination) {
        connections.connect(connection, destination);
        return new ConnectionHandle(connections, connection, destination);
    }

    @Override
    public Connection connect(int connection, MessageReceiver receiver) {
        Objects.requireNonNull(receiver, "receiver");
        requireFree(connection);
        return connected(connection, new ReceiverDestination(receiver, settings));
    }

    @Override
    public Connection connect(int connection, int count, SignalReceiver receiver) {
        Objects.requireNonNull(receiver, "receiver");
        require("number of event flags", count, 1, FLAGS);
        requireFree(connection);
        return connected(connection, new SignalDestination(count, receiver, settings));
    }

    @Override
    public Connection connect(int connection, SynicPort port) {
        Objects.requireNonNull(port, "port");
        requireFree(connection);
        if (!(port instanceof PortHandle handle) || handle.neighbourhood() != neighbourhood) {
            throw invalid("port " + port.id() + " is of another backend", "open both machines with the same one");
        }
        if (handle.machine() == ports.end()) {
            return new ConnectionHandle(connections, connection, connections.connect(connection, port.id()));
        }
        return connected(connection, new PortDestination(new PortReference(handle.machine(), port.id()), settings));
    }

    @Override
    public SynicStatus signal(int vcpu, int source, int flag) {
        requireOpen();
        if (vcpu < 0 || vcpu >= vcpus) {
            return SynicStatus.INVALID_VP_INDEX;
        }
        if (source < 0 || source >= SOURCES || flag < 0 || flag >= FLAGS) {
            return SynicStatus.INVALID_PARAMETER;
        }
        return status(flags.signal(vcpu, source, flag));
    }
}
