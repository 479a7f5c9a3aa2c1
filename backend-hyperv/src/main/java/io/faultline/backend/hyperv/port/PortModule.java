/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import com.google.inject.AbstractModule;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.Objects;

/**
 * Binds the ports and connections of one machine. Every binding may be overridden.
 *
 * <p>Bound elsewhere: {@link io.faultline.backend.core.machine.Host} and the synthetic interrupt controllers.
 *
 * @since 0.1
 */
public final class PortModule extends AbstractModule {
    private final PortSettings settings;
    private final Neighbourhood neighbourhood;

    /**
     * Makes the module.
     *
     * @param settings the choices
     * @param neighbourhood of the open backend
     */
    public PortModule(PortSettings settings, Neighbourhood neighbourhood) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.neighbourhood = Objects.requireNonNull(neighbourhood, "neighbourhood");
    }

    @Override
    protected void configure() {
        bind(PortSettings.class).toInstance(settings);
        bind(Neighbourhood.class).toInstance(neighbourhood);
        bind(PortRules.class).to(StandardPortRules.class);
        bind(TargetChoice.class).to(StandardTargetChoice.class);
        bind(SyntheticInterrupts.class).to(HostSide.class);
    }
}
