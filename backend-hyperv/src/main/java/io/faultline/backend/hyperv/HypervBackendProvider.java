/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.backend.hyperv.partition.PartitionSettings;

/**
 * Finds the backend in the style of Hyper-V.
 *
 * @since 0.1
 */
public final class HypervBackendProvider implements HypervisorBackendProvider {
    /** The id of the backend. */
    public static final String ID = "hyperv";

    private static final int SCORE = 30;

    private static final BackendDescriptor DESCRIPTOR = new BackendDescriptor(
            ID, "Hyper-V style (SynIC)", "The Faultline Authors", "0.1.0", PartitionSettings.settings());

    /** Makes the provider; nothing happens yet. */
    public HypervBackendProvider() {}

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
        return HypervBackends.open(configuration);
    }
}
