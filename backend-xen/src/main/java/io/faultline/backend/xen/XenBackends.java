/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import com.google.inject.Module;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.xen.host.DomainSettings;

/**
 * Opens backends in the style of Xen, possibly with parts replaced.
 *
 * <p>Each machine has an injector of its own. Nothing it makes is shared between machines unless an override says so.
 *
 * @since 0.1
 */
public final class XenBackends {
    private XenBackends() {}

    /**
     * Opens a backend.
     *
     * @param configuration made from the descriptor of {@link XenBackendProvider}
     * @param overrides modules whose bindings replace those of a machine
     * @return the backend
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static HypervisorBackend open(BackendConfiguration configuration, Module... overrides) {
        return new XenBackend(DomainSettings.of(configuration), overrides.clone());
    }
}
