/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import io.faultline.backend.xen.event.abi.Interleaving;
import io.faultline.backend.xen.event.abi.LinkWriter;
import io.faultline.backend.xen.event.abi.StandardLinkWriter;
import io.faultline.backend.xen.event.abi.Undeliverable;
import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Singleton;
import java.util.Objects;

/**
 * Binds the parts of the event channels of one machine. Every binding may be overridden.
 *
 * <p>Bound elsewhere: {@link io.faultline.backend.xen.event.abi.EventDomain},
 * {@link io.faultline.backend.xen.frame.GuestFrames}, {@link PeerDomains} and
 * {@link io.faultline.backend.xen.vcpu.Upcalls}.
 *
 * @since 0.1
 */
public final class EventModule extends AbstractModule {
    private final EventSettings settings;

    /**
     * Makes the module.
     *
     * @param settings the choices
     */
    public EventModule(EventSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    protected void configure() {
        bind(EventSettings.class).toInstance(settings);
        bind(Undeliverable.class).toInstance(settings.undeliverable());
        bind(Interleaving.class).toInstance(Interleaving.NONE);
        bind(LinkWriter.class).to(StandardLinkWriter.class);
        bind(PortChoice.class).to(StandardPortChoice.class);
        bind(PortBinding.class).to(StandardBinding.class);
        bind(PortClosing.class).to(StandardClosing.class);
        bind(PortReset.class).to(StandardReset.class);
        bind(FifoSetup.class).to(StandardFifoSetup.class);
        bind(ChannelPolicy.class)
                .toInstance(settings.xsm() == EventSettings.Xsm.SILO ? new SiloPolicy() : new DummyPolicy());
    }

    @Provides
    @Singleton
    PortTable ports() {
        return new PortTable(settings.maxPorts());
    }
}
