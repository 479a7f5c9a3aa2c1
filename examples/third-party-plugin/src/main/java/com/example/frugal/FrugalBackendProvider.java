/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.frugal;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import java.util.List;
import java.util.Map;

/**
 * A backend that makes every choice which the interfaces leave open in the way that the KVM-style backend does not.
 *
 * <p>It is odd and correct: the conformance suite must not find anything wrong with it. It builds on whichever KVM-style
 * backend is installed and knows nothing but the API.
 */
public final class FrugalBackendProvider implements HypervisorBackendProvider {
    private static final Map<String, String> CHOICES = Map.of(
            "sdei.order", "highest",
            "sdei.rm-any", "rotate",
            "sdei.resume-pstate", "clear",
            "sdei.resume-address", "denied",
            "sdei.vendor", "kvm");

    @Override
    public BackendDescriptor descriptor() {
        return new BackendDescriptor("frugal", "Frugal example", "Example Inc.", "1.0.0", List.of());
    }

    @Override
    public ProbeResult probe() {
        return new ProbeResult.Available(1, "Works wherever the KVM-style backend does.");
    }

    @Override
    public HypervisorBackend open(BackendConfiguration configuration) {
        HypervisorBackendProvider kvm = BackendRegistry.discover().provider("kvm");
        return new FrugalBackend(
                descriptor(), kvm.open(BackendConfiguration.of(kvm.descriptor(), CHOICES)));
    }
}
