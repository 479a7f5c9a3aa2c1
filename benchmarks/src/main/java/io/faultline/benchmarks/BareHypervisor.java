/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import io.faultline.api.notification.EventNotifications;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.CountingTokens;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.PageFaultPorts;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;
import java.util.List;
import java.util.Optional;

/** A hypervisor with nothing but the engine: what tells the guest is two variables. */
final class BareHypervisor implements Personality, PageFaultPorts, NotPresentRoute, ReadyRoute {
    private final Policy policy;
    private Host host;
    private PageFaultService pages;
    private TokenSource tokens;
    private PageFaultControl control;
    private long token;
    private long ready;

    BareHypervisor(Policy policy) {
        this.policy = policy;
    }

    Host host() {
        return host;
    }

    PageFaultService pages() {
        return pages;
    }

    PageFaultControl control() {
        return control;
    }

    /** The token that was announced last. */
    long token() {
        return token;
    }

    /** Takes what was shown last. */
    long takeReady() {
        long shown = ready;
        ready = 0;
        return shown;
    }

    @Override
    public void attach(Host newHost) {
        host = newHost;
        tokens = new CountingTokens(host.vcpuCount());
        pages = new PageFaultService(host, this);
    }

    @Override
    public AbsentPageHandler absentPages() {
        return pages;
    }

    @Override
    public void connect(PageFaultControl newControl) {
        control = newControl;
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public List<VetoRule> rules() {
        return List.of(VetoRule.tableWalk(), VetoRule.of(Veto.SUPERVISOR_MODE, FaultContext::isSupervisor));
    }

    @Override
    public NotPresentRoute notPresent() {
        return this;
    }

    @Override
    public ReadyRoute ready() {
        return this;
    }

    @Override
    public TokenSource tokens() {
        return tokens;
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        return Optional.empty();
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        return ready == 0;
    }

    @Override
    public boolean deliver(FaultContext fault, long delivered) {
        token = delivered;
        return true;
    }

    @Override
    public boolean withdraw(int vcpu, long withdrawn) {
        return false;
    }

    @Override
    public boolean isOpen(int vcpu) {
        return true;
    }

    @Override
    public boolean show(int vcpu, long shown) {
        ready = shown;
        return true;
    }

    @Override
    public void acknowledged(int vcpu) {
        // nothing is raised
    }

    @Override
    public void cancel(int vcpu) {
        ready = 0;
    }

    @Override
    public long wakeAllToken() {
        return 0xFFFF_FFFFL;
    }

    @Override
    public void reset(int vcpu) {
        // nothing was set up
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
        return "bare";
    }

    @Override
    public void reset() {
        // no state
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
