/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import com.google.inject.AbstractModule;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.backend.hyperv.hypercall.ForbiddenPages;
import io.faultline.backend.hyperv.overlay.OverlayMap;

/**
 * Binds the memory intercepts of one machine. Every binding may be overridden; a replacement that wants to wrap the original asks
 * for its class. Needs a binding of {@code Host}.
 *
 * @since 0.1
 */
public final class InterceptModule extends AbstractModule {
    /** Makes the module. */
    public InterceptModule() {}

    @Override
    protected void configure() {
        bind(Interceptor.class).to(Intercepts.class);
        bind(MemoryIntercepts.class).to(Intercepts.class);
        bind(OverlayMap.class).to(AccessFlags.class);
        bind(ForbiddenPages.class).to(AccessFlags.class);
        bind(InterceptMessages.class).to(StandardInterceptMessages.class);
    }
}
