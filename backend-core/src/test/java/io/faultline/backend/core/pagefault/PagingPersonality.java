/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.notification.EventNotifications;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import java.util.Optional;
import java.util.function.Consumer;

/** A hypervisor that does nothing but bring pages, of which the guest is never told. */
public final class PagingPersonality implements Personality {
    private final Policy policy;
    private final Consumer<PagingPersonality> attached;
    private Host host;

    /**
     * Makes one for one machine.
     *
     * @param policy of the pages
     * @param attached hears of it when it has a machine
     */
    public PagingPersonality(Policy policy, Consumer<PagingPersonality> attached) {
        this.policy = policy;
        this.attached = attached;
    }

    Host host() {
        return host;
    }

    @Override
    public void attach(Host newHost) {
        host = newHost;
        attached.accept(this);
    }

    @Override
    public AbsentPageHandler absentPages() {
        return new PageFaultService(host, new HostOnlyPorts(policy));
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        return false;
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        return false;
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return false;
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        // nothing to do
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        // nothing to do
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        // nothing to do
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.empty();
    }

    @Override
    public String stateName() {
        return "paging";
    }

    @Override
    public void reset() {
        // nothing to do
    }

    @Override
    public void save(StateWriter writer) {
        // no state
    }

    @Override
    public void restore(StateReader reader) {
        // no state
    }
}
