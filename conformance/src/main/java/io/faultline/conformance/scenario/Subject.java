/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What is being checked: an opened backend and the provider it came from.
 *
 * @param provider the provider
 * @param configuration with which the backend was opened
 * @param backend the opened backend; whoever made the subject closes it
 * @since 0.1
 */
public record Subject(HypervisorBackendProvider provider, BackendConfiguration configuration, HypervisorBackend backend)
        implements AutoCloseable {
    /** Checks for null. */
    public Subject {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(configuration, "configuration");
        Objects.requireNonNull(backend, "backend");
    }

    /**
     * Opens a backend.
     *
     * @param provider the provider
     * @param configuration its configuration
     * @return the subject
     */
    public static Subject open(HypervisorBackendProvider provider, BackendConfiguration configuration) {
        return new Subject(provider, configuration, provider.open(configuration));
    }

    /**
     * Makes a subject of backends that are not opened through a provider of their own, for example mutants.
     *
     * @param opener opens a new backend each time; always with the same descriptor
     * @return the subject
     */
    public static Subject of(Supplier<? extends HypervisorBackend> opener) {
        HypervisorBackend backend = opener.get();
        BackendDescriptor descriptor = backend.descriptor();
        return new Subject(new Opener(descriptor, opener), BackendConfiguration.defaults(descriptor), backend);
    }

    /**
     * Returns the id of the backend.
     *
     * @return the id
     */
    public String id() {
        return backend.descriptor().id();
    }

    @Override
    public void close() {
        backend.close();
    }

    private record Opener(BackendDescriptor descriptor, Supplier<? extends HypervisorBackend> opener)
            implements HypervisorBackendProvider {
        @Override
        public ProbeResult probe() {
            return new ProbeResult.Available(50, "opened by the program that runs the checks");
        }

        @Override
        public HypervisorBackend open(BackendConfiguration configuration) {
            return opener.get();
        }
    }
}
