/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.kvm.pagefault.ApfSettings;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import io.faultline.backend.kvm.sdei.policy.SdeiProfile;
import java.util.ArrayList;
import java.util.List;

/**
 * The provider of the backend in the style of KVM, id {@value #ID}.
 *
 * @since 0.1
 */
public final class KvmBackendProvider implements HypervisorBackendProvider {
    /** The id of the backend. */
    public static final String ID = "kvm";

    private static final int SCORE = 50;

    private static final BackendDescriptor DESCRIPTOR =
            new BackendDescriptor(ID, "KVM style (SDEI and PPI)", "The Faultline Authors", "0.1.0", settings());

    /** Makes the provider; nothing happens yet. */
    public KvmBackendProvider() {}

    private static List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        settings.add(SdeiProfile.setting());
        settings.addAll(SdeiPolicy.settings());
        settings.addAll(ApfSettings.settings());
        settings.addAll(HardwareSettings.settings());
        return settings;
    }

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
        return KvmBackends.open(configuration);
    }
}
