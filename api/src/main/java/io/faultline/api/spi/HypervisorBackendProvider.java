/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

/**
 * The entry point of a backend plugin, found by {@link java.util.ServiceLoader}.
 *
 * <p>An implementation is public, has a public constructor without parameters, and does no work before {@link #open}:
 * no files, threads or native libraries.
 *
 * @since 0.1
 */
public interface HypervisorBackendProvider {
    /**
     * Says who this is.
     *
     * @return the same descriptor on every call
     */
    BackendDescriptor descriptor();

    /**
     * Finds out whether the backend can work here. Cheap, without side effects, and it never throws.
     *
     * @return the result
     */
    ProbeResult probe();

    /**
     * Opens the backend.
     *
     * @param configuration made from this provider's own descriptor
     * @return a new backend that shares no state with others
     * @throws io.faultline.api.error.HypervisorException with BACKEND_UNAVAILABLE or INVALID_SETTING
     */
    HypervisorBackend open(BackendConfiguration configuration);
}
