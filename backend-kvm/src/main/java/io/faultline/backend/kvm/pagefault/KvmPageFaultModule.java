/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import com.google.inject.AbstractModule;
import java.util.Objects;

/**
 * Binds the parts of asynchronous page faults. Every binding may be overridden.
 *
 * @since 0.1
 */
public final class KvmPageFaultModule extends AbstractModule {
    private final ApfSettings settings;

    /**
     * Makes the module.
     *
     * @param settings the choices
     */
    public KvmPageFaultModule(ApfSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    protected void configure() {
        bind(ApfSettings.class).toInstance(settings);
        bind(PageFaultDecoration.class).toInstance(PageFaultDecoration.NONE);
        bind(PageFaultFront.class).to(KvmPageFaults.class);
    }
}
