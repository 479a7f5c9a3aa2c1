/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * The ports of a backend that never tells a guest: every fault is synchronous or host-async, with the veto not-enabled.
 *
 * @param policy says how a vCPU waits
 * @since 0.1
 */
public record HostOnlyPorts(Policy policy) implements PageFaultPorts, NotPresentRoute, ReadyRoute, TokenSource {
    /** Checks for null. */
    public HostOnlyPorts {
        Objects.requireNonNull(policy, "policy");
    }

    @Override
    public List<VetoRule> rules() {
        return List.of();
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
        return this;
    }

    @Override
    public void connect(PageFaultControl control) {
        // nothing to tell it
    }

    @Override
    public void reset(int vcpu) {
        // nothing was set up
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        return Optional.of(Veto.NOT_ENABLED);
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        return false;
    }

    @Override
    public boolean deliver(FaultContext fault, long token) {
        return false;
    }

    @Override
    public boolean withdraw(int vcpu, long token) {
        return false;
    }

    @Override
    public boolean isOpen(int vcpu) {
        return false;
    }

    @Override
    public boolean show(int vcpu, long token) {
        return false;
    }

    @Override
    public void acknowledged(int vcpu) {
        // nothing is ever shown
    }

    @Override
    public void cancel(int vcpu) {
        // nothing is ever shown
    }

    @Override
    public long wakeAllToken() {
        return -1;
    }

    @Override
    public OptionalLong next(FaultContext fault, LongPredicate inUse) {
        return OptionalLong.empty();
    }

    @Override
    public String stateName() {
        return "tokens";
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
