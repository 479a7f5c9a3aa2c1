/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import com.google.inject.Module;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.hyperv.partition.PartitionSettings;

/**
 * Opens backends in the style of Hyper-V, possibly with parts replaced.
 *
 * <p>Each machine has an injector of its own. Nothing it makes is shared between machines unless an override says so.
 *
 * @since 0.1
 */
public final class HypervBackends {
    private HypervBackends() {}

    /**
     * Opens a backend.
     *
     * @param configuration made from the descriptor of {@link HypervBackendProvider}
     * @param overrides modules whose bindings replace those of a machine
     * @return the backend
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static HypervisorBackend open(BackendConfiguration configuration, Module... overrides) {
        return new HypervBackend(PartitionSettings.of(configuration), overrides.clone());
    }
}
