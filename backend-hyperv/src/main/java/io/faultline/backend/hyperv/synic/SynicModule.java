/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import com.google.inject.AbstractModule;
import java.util.Objects;

/**
 * Binds the parts of the synthetic interrupt controllers of one machine. Every binding may be overridden.
 *
 * <p>Bound elsewhere: {@link io.faultline.backend.core.machine.Host} and what shows overlay pages.
 *
 * @since 0.1
 */
public final class SynicModule extends AbstractModule {
    private final SynicSettings settings;

    /**
     * Makes the module.
     *
     * @param settings the choices
     */
    public SynicModule(SynicSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    protected void configure() {
        bind(SynicSettings.class).toInstance(settings);
        bind(Interleaving.class).toInstance(Interleaving.NONE);
        bind(SourceRules.class).to(StandardSourceRules.class);
        bind(ScanRules.class).to(StandardScanRules.class);
        bind(SlotCheck.class).to(StandardSlotCheck.class);
        bind(SlotWriter.class).to(StandardSlotWriter.class);
        bind(FlagSetter.class).to(StandardFlagSetter.class);
        bind(InterruptRequest.class).to(StandardInterruptRequest.class);
        bind(MessageQueues.class).to(StandardMessageQueues.class);
        bind(EventFlags.class).to(StandardEventFlags.class);
    }
}
