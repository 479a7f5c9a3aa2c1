/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.pagefault.HostOnlyPorts;
import io.faultline.backend.core.pagefault.PageFaultPorts;
import jakarta.inject.Singleton;
import java.util.Objects;

/**
 * Makes asynchronous page faults of one machine.
 *
 * @since 0.1
 */
public final class PageFaultModule extends AbstractModule {
    private final PageFaultSettings settings;

    /**
     * Makes the module.
     *
     * @param settings the choices
     */
    public PageFaultModule(PageFaultSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    protected void configure() {
        bind(PageFaultSettings.class).toInstance(settings);
        bind(PageFaultDecoration.class).toInstance(PageFaultDecoration.NONE);
    }

    @Provides
    @Singleton
    PageFaultPorts ports(Host host, PageFaults machine, PageFaultDecoration decoration) {
        return host.request().asyncPageFaults().isPresent()
                ? new HypervPorts(machine, settings.policy(), decoration)
                : new HostOnlyPorts(settings.policy());
    }
}
