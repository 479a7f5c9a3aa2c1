/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import com.google.inject.AbstractModule;
import java.util.Objects;

/**
 * Binds the clocks and timers of one machine. Every binding may be overridden; a replacement that wants to wrap the original
 * asks for its class. Needs bindings of {@code Host}, {@code OverlayFrames}, {@code OverlayMap}, {@code MessageQueues} and
 * {@code InterruptRequest}.
 *
 * @since 0.1
 */
public final class TimerModule extends AbstractModule {
    private final TimerSettings settings;

    /**
     * Makes the module.
     *
     * @param settings which timers there are
     */
    public TimerModule(TimerSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    protected void configure() {
        bind(TimerSettings.class).toInstance(settings);
        bind(ReferenceTime.class).to(StandardReferenceTime.class);
        bind(TscParameters.class).to(StandardTscParameters.class);
        bind(TimerSignals.class).to(StandardTimerSignals.class);
        bind(PeriodRule.class).to(StandardPeriodRule.class);
    }
}
