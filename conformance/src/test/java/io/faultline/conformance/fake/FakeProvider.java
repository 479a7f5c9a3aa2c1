/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.fake;

import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;

/** Opens fake backends. */
public final class FakeProvider implements HypervisorBackendProvider {
    @Override
    public BackendDescriptor descriptor() {
        return FakeBackend.DESCRIPTOR;
    }

    @Override
    public ProbeResult probe() {
        return new ProbeResult.Available(1, "always");
    }

    @Override
    public HypervisorBackend open(BackendConfiguration configuration) {
        FakeBackend backend = new FakeBackend();
        boolean odd = configuration.get("mood").equals("odd");
        backend.call = (function, argument) -> odd ? 42 : SdeiFunction.isReserved(function) ? -1 : argument;
        return backend;
    }
}
