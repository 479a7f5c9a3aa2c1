/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.backend.xen.host.DomainSettings;

/**
 * The provider of the backend in the style of Xen, id {@value #ID}.
 *
 * @since 0.1
 */
public final class XenBackendProvider implements HypervisorBackendProvider {
    /** The id of the backend. */
    public static final String ID = "xen";

    private static final int SCORE = 40;

    private static final BackendDescriptor DESCRIPTOR = new BackendDescriptor(
            ID, "Xen style (event channels)", "The Faultline Authors", "0.1.0", DomainSettings.settings());

    /** Makes the provider; nothing happens yet. */
    public XenBackendProvider() {}

    @Override
    public BackendDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public ProbeResult probe() {
        return new ProbeResult.Available(SCORE, "Runs on the hardware model of Faultline, wherever Java runs.");
    }

    @Override
    public HypervisorBackend open(BackendConfiguration configuration) {
        return XenBackends.open(configuration);
    }
}
