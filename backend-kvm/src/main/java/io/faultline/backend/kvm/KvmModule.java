/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import com.google.inject.AbstractModule;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.kvm.pagefault.ApfSettings;
import io.faultline.backend.kvm.pagefault.KvmPageFaultModule;
import io.faultline.backend.kvm.sdei.SdeiModule;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import io.faultline.backend.kvm.sdei.policy.SdeiProfile;
import java.util.Objects;

/**
 * Binds the parts of a machine in the style of KVM.
 *
 * @since 0.1
 */
public final class KvmModule extends AbstractModule {
    private final BackendConfiguration configuration;

    /**
     * Makes the module.
     *
     * @param configuration the settings
     */
    public KvmModule(BackendConfiguration configuration) {
        this.configuration = Objects.requireNonNull(configuration, "configuration");
    }

    @Override
    protected void configure() {
        BackendConfiguration chosen = SdeiProfile.applyTo(configuration);
        install(new SdeiModule(SdeiPolicy.of(chosen)));
        install(new KvmPageFaultModule(ApfSettings.of(configuration)));
    }
}
