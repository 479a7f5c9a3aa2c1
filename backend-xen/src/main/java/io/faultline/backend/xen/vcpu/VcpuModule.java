/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import java.util.Objects;

/**
 * Binds what belongs to the vCPUs of one machine. Every binding may be overridden; a replacement that wants to wrap the
 * original asks for its class. Needs bindings of {@code Host}, {@link InitialInfo}, {@code GuestFrames},
 * {@link VcpuMemory}, {@link RunstateUpdateFlag} and {@link PollPorts}.
 */
public final class VcpuModule extends AbstractModule {
    private final VcpuPolicy policy;

    /**
     * Makes the module.
     *
     * @param policy the choices
     */
    public VcpuModule(VcpuPolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
    }

    @Override
    protected void configure() {
        bind(VcpuPolicy.class).toInstance(policy);
        bind(EventInterrupt.class)
                .to(
                        switch (policy.upcall()) {
                            case LEVEL -> LevelInterrupt.class;
                            case EDGE -> EdgeInterrupt.class;
                            case RESAMPLED -> ResampledInterrupt.class;
                        })
                .in(Scopes.SINGLETON);
        bind(StandardUpcalls.class).in(Scopes.SINGLETON);
        bind(Upcalls.class).to(StandardUpcalls.class);
        bind(InfoPlaces.class).to(StandardUpcalls.class);
        bind(Deliverable.class).to(StandardDeliverable.class);
        bind(Pollers.class).in(Scopes.SINGLETON);
        bind(Shutdowns.class).in(Scopes.SINGLETON);
        bind(Watchdogs.class).in(Scopes.SINGLETON);
        bind(Runstates.class).in(Scopes.SINGLETON);
        bind(DomainVcpus.class).in(Scopes.SINGLETON);
    }
}
