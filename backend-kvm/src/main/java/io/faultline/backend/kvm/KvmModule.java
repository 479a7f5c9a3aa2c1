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

/**
 * Binds the parts of a machine in the style of KVM.
 *
 * @since 0.1
 */
public final class KvmModule extends AbstractModule {
    private final SdeiPolicy policy;
    private final ApfSettings pageFaults;

    /**
     * Makes the module. Settings are read here, since what is thrown while bindings are made is wrapped.
     *
     * @param configuration the settings
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public KvmModule(BackendConfiguration configuration) {
        this.policy = SdeiPolicy.of(SdeiProfile.applyTo(configuration));
        this.pageFaults = ApfSettings.of(configuration);
    }

    @Override
    protected void configure() {
        install(new SdeiModule(policy));
        install(new KvmPageFaultModule(pageFaults));
    }
}
