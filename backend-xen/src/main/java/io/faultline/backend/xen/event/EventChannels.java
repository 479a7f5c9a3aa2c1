/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.Readiness;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.IntConsumer;

/**
 * The event channels of a machine (xen.md 4).
 *
 * <p>Used by the thread that drives the machine, and all machines of a backend that have channels between them are driven by
 * one thread. No method that is called often allocates, or takes longer because more ports are in use.
 *
 * @since 0.1
 */
@Singleton
public final class EventChannels implements StateElement {
    private final EventDomain domain;
    private final PortTable ports;
    private final CurrentAbi abi;
    private final EventArray array;
    private final FifoQueues queues;
    private final Routes routes;
    private final RouteCache cache;
    private final MachineEnds ends;
    private final HostEnds hostEnds;
    private final XenConsumers consumers;
    private final VirqTable virqs;
    private final PortChoice choice;
    private final PortClosing closing;
    private final ResetProgress progress;
    private final ClosedPorts closed;

    @Inject
    EventChannels(
            EventDomain domain,
            PortTable ports,
            CurrentAbi abi,
            EventArray array,
            FifoQueues queues,
            Routes routes,
            RouteCache cache,
            MachineEnds ends,
            HostEnds hostEnds,
            XenConsumers consumers,
            VirqTable virqs,
            PortChoice choice,
            PortClosing closing,
            ResetProgress progress,
            ClosedPorts closed) {
        this.domain = domain;
        this.ports = ports;
        this.abi = abi;
        this.array = array;
        this.queues = queues;
        this.routes = routes;
        this.cache = cache;
        this.ends = ends;
        this.hostEnds = hostEnds;
        this.consumers = consumers;
        this.virqs = virqs;
        this.choice = choice;
        this.closing = closing;
        this.progress = progress;
        this.closed = closed;
    }

    /**
     * Returns the number of the domain.
     *
     * @return 1 to 0x7FEF
     */
    public int domain() {
        return domain.id();
    }

    ChannelEnds ends() {
        return ends;
    }

    PortTable ports() {
        return ports;
    }

    /** Returns the number that a new port would get, or why it gets none. */
    int choose() {
        return choice.choose();
    }

    /**
     * Sends an event (EVTCHNOP_send).
     *
     * @param port any value
     * @return 0, also if nobody is connected; -EINVAL if the port is none that sends
     */
    public int send(int port) {
        if (!ports.isUsable(port)) {
            return -XenError.EINVAL;
        }
        switch (ports.state(port)) {
            case INTERDOMAIN:
                transmit(port);
                return 0;
            case IPI:
                abi.setPending(port, ports.vcpu(port));
                return 0;
            case UNBOUND:
                return 0;
            default:
                return -XenError.EINVAL;
        }
    }

    private void transmit(int port) {
        ChannelEnds peer = routes.across(port);
        if (peer != null) {
            peer.receive(ports.remotePort(port), domain.id(), port);
        }
    }

    /**
     * The host sends an event to the guest.
     *
     * @param port the guest's port
     * @return false if the port is not connected to the host; nothing happens then
     */
    public boolean raise(int port) {
        if (!ports.isUsable(port)
                || ports.state(port) != PortState.INTERDOMAIN
                || ports.remoteDomain(port) != DomainId.CONTROL) {
            return false;
        }
        abi.setPending(port, ports.vcpu(port));
        return true;
    }

    /**
     * A virtual interrupt occurs.
     *
     * @param virq 0 to 23
     * @param vcpu vCPU to which it belongs; not looked at unless it is one per vCPU
     * @return false if it is not bound; it is dropped then
     * @throws IndexOutOfBoundsException if there is no such vCPU
     */
    public boolean raiseVirq(int virq, int vcpu) {
        int port = virqs.port(virq, vcpu);
        if (port == 0) {
            return false;
        }
        abi.setPending(port, ports.vcpu(port));
        return true;
    }

    /**
     * Returns the port to which the guest has bound a virtual interrupt.
     *
     * @param virq 0 to 23
     * @param vcpu vCPU to which it belongs; not looked at unless it is one per vCPU
     * @return the port; 0 if it is not bound
     * @throws IndexOutOfBoundsException if there is no such vCPU
     */
    public int virqPort(int virq, int vcpu) {
        return virqs.port(virq, vcpu);
    }

    /**
     * Looks at a port for SCHEDOP_poll (XEN-155, XEN-158, XSA-221).
     *
     * @param port any value
     * @return what is found
     */
    public PollState pollState(int port) {
        if (!ports.isUsable(port)) {
            return PollState.UNUSABLE;
        }
        return abi.isPending(port) ? PollState.PENDING : PollState.QUIET;
    }

    /**
     * Tells whether a port is the guest's own, for one of its vCPUs (EVTCHNOP_bind_ipi).
     *
     * @param port any value
     * @param vcpu index of the vCPU
     * @return true if the guest has bound it to the vCPU and not closed it
     */
    public boolean isOwn(int port, int vcpu) {
        return ports.isUsable(port) && ports.state(port) == PortState.IPI && ports.vcpu(port) == vcpu;
    }

    /**
     * Tells what would come of an event on a port of the guest's own. Changes nothing.
     *
     * @param port any value
     * @param vcpu index of the vCPU to which the port is to be bound
     * @return what would come of it
     */
    public Readiness readiness(int port, int vcpu) {
        return isOwn(port, vcpu) ? abi.readiness(port, vcpu) : Readiness.NOWHERE;
    }

    /**
     * Names who is told of each port that goes out of use, after it has. There is one.
     *
     * @param listener is given the port
     */
    public void whenClosed(IntConsumer listener) {
        closed.listen(listener);
    }

    /**
     * Makes an end of a channel for the host. The guest may connect to it, as to a port of domain 0 with this number.
     *
     * <p>Who is at a host end is no state: before a state is restored, the same ends are registered in the same order.
     *
     * @param end who is told of events
     * @return number of the host end, at least 1; -ENOSPC if there are 1024
     */
    public int register(HostEnd end) {
        int host = hostEnds.register(end);
        return host == 0 ? -XenError.ENOSPC : host;
    }

    /**
     * Makes a port of the guest that is connected to a host end, as a toolstack does for console and xenstore. Nothing
     * becomes pending.
     *
     * @param host number of a registered host end that is not connected
     * @return the guest's port; -EINVAL if there is no such host end, or it is connected; otherwise why there is no port
     */
    public int open(int host) {
        if (!hostEnds.isOffered(host, domain.id())) {
            return -XenError.EINVAL;
        }
        int port = choose();
        if (port > 0) {
            ports.bind(port, PortState.INTERDOMAIN, DomainId.CONTROL, host, 0);
            hostEnds.connect(host, domain.id(), port);
        }
        return port;
    }

    /**
     * Connects a host end to a port that the guest has offered to domain 0. The host end is told at once, because it has
     * missed what was sent before.
     *
     * @param host number of a registered host end that is not connected
     * @param port any value
     * @return 0; -EINVAL if there is no such host end, it is connected, or the guest offers no such port
     */
    public int accept(int host, int port) {
        if (!hostEnds.isOffered(host, domain.id()) || !ends.isOffered(port, DomainId.CONTROL)) {
            return -XenError.EINVAL;
        }
        ends.connect(port, DomainId.CONTROL, host);
        hostEnds.connect(host, domain.id(), port);
        hostEnds.receive(host, domain.id(), port);
        return 0;
    }

    /**
     * Tells to which port of the guest a host end is connected.
     *
     * @param host number of a host end
     * @return the port; 0 if there is none
     */
    public int guestPort(int host) {
        return hostEnds.isRegistered(host) ? hostEnds.connected(host) : 0;
    }

    /**
     * Takes a host end away: a port that was connected to it waits for domain 0.
     *
     * @param host number of a host end; nothing happens if there is none
     */
    public void unregister(int host) {
        if (hostEnds.isRegistered(host)) {
            ends.disconnect(hostEnds.connected(host), DomainId.CONTROL, host);
            hostEnds.unregister(host);
        }
    }

    /**
     * Names somebody in the hypervisor who can consume the events of a port. The same are named in the same order before a
     * state is restored.
     *
     * @param consumer who is told
     * @return number of the consumer, at least 1
     */
    public int consumer(HostEnd consumer) {
        return consumers.register(consumer);
    }

    /**
     * Makes a port that the hypervisor consumes, and to which a domain may connect (xen.md 4.7).
     *
     * @param consumer number of the consumer
     * @param remote number of the domain that may connect
     * @return the port, or why there is none
     */
    public int openXenOwned(int consumer, int remote) {
        int port = choose();
        if (port > 0) {
            ports.bind(port, PortState.UNBOUND, remote, 0, 0);
            ports.consume(port, consumer);
        }
        return port;
    }

    /**
     * The hypervisor sends an event from a port of its own.
     *
     * @param port a port made by {@link #openXenOwned}
     */
    public void sendXenOwned(int port) {
        if (ports.state(port) == PortState.INTERDOMAIN) {
            transmit(port);
        }
    }

    /**
     * The hypervisor closes a port of its own.
     *
     * @param port a port made by {@link #openXenOwned}
     */
    public void closeXenOwned(int port) {
        closing.close(port);
    }

    /**
     * Tells whether the hypervisor writes to a page of the guest on behalf of events. Such a page must stay resident.
     *
     * @param physical physical address of a page
     * @return true if it is part of the event array, or holds a control block
     */
    public boolean uses(long physical) {
        return array.uses(physical) || queues.uses(physical);
    }

    /**
     * The machine is closed: all its channels are, and no new ones are made. Memory of the guest is left alone; it may have
     * been restored for a domain with another number already.
     */
    public void destroy() {
        ports.refuseMore();
        abandon();
        reset();
    }

    /** Nobody reaches these channels any more: a machine with the same number has taken them over. */
    public void abandon() {
        ends.retire();
    }

    @Override
    public String stateName() {
        return "events";
    }

    /**
     * Takes every port away, those of the toolstack, too: who made them makes them again. Memory of the guest is left alone.
     */
    @Override
    public void reset() {
        for (int port = 1; port < ports.valid(); port++) {
            if (ports.state(port) == PortState.INTERDOMAIN) {
                ChannelEnds peer = routes.across(port);
                if (peer != null) {
                    peer.disconnect(ports.remotePort(port), domain.id(), port);
                }
            }
        }
        cache.forgetAll();
        ports.reset();
        hostEnds.reset();
        virqs.reset();
        abi.useTwoLevel();
        progress.reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("domain", domain.id());
        writer.word("limit", ports.limit());
        ports.save(writer);
        abi.save(writer);
        progress.save(writer);
    }

    @Override
    public void restore(StateReader reader) {
        long limit = reader.word("limit");
        if (limit != ports.limit()) {
            throw reader.invalid("limit", "is " + limit + ", but this machine has xen.max-ports=" + ports.limit());
        }
        cache.forgetAll();
        ports.restore(reader, domain.vcpus(), consumers.count());
        renumber(reader);
        hostEnds.restore(reader, ports);
        virqs.restore(reader, ports);
        abi.restore(reader);
        progress.restore(reader, ports.valid());
    }

    /** The machine may have another number than the one that was saved; its channels to itself go with it. */
    private void renumber(StateReader reader) {
        int before = reader.integer("domain", 1, DomainId.FIRST_RESERVED - 1);
        for (int port = 1; port < ports.valid(); port++) {
            PortState state = ports.state(port);
            boolean hasRemote = state == PortState.UNBOUND || state == PortState.INTERDOMAIN;
            if (hasRemote && ports.remoteDomain(port) == before) {
                ports.become(port, state, domain.id(), ports.remotePort(port));
            }
        }
        for (int port = 1; port < ports.valid(); port++) {
            if (ports.state(port) == PortState.INTERDOMAIN
                    && ports.remoteDomain(port) == domain.id()
                    && !ports.isConnected(ports.remotePort(port), domain.id(), port)) {
                throw reader.invalid("ports", "has a channel at port " + port + " that ends nowhere");
            }
        }
    }
}
