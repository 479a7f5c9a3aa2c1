/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Stage;
import com.google.inject.util.Modules;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.kvm.pagefault.ApfSettings;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;

/**
 * Opens backends in the style of KVM, possibly with parts replaced.
 *
 * <p>One injector serves a backend and all its machines. Nothing it makes is shared between machines unless an override
 * says so.
 *
 * @since 0.1
 */
public final class KvmBackends {
    private KvmBackends() {}

    /**
     * Opens a backend.
     *
     * @param configuration made from the descriptor of {@link KvmBackendProvider}
     * @param overrides modules whose bindings replace those of {@link KvmModule} in every machine
     * @return the backend
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static HypervisorBackend open(BackendConfiguration configuration, Module... overrides) {
        Module module = Modules.override(new KvmModule(configuration)).with(overrides);
        Injector injector = Guice.createInjector(Stage.PRODUCTION, module);
        Provider<KvmPersonality> personalities = injector.getProvider(KvmPersonality.class);
        return new KvmBackend(
                injector.getInstance(SdeiPolicy.class),
                injector.getInstance(ApfSettings.class),
                HardwareSettings.of(configuration),
                personalities::get);
    }
}
