/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How a backend is found, judged, configured and opened.
 *
 * <p>An author of a backend implements {@link io.faultline.api.spi.HypervisorBackendProvider} and names the class in
 * {@code META-INF/services} (and in {@code provides} of a module). A user asks
 * {@link io.faultline.api.spi.BackendRegistry} for backends by id or takes the best one.
 *
 * @since 0.1
 */
package io.faultline.api.spi;
