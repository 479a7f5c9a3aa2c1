/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Asynchronous page faults, the half that all mechanisms share: the life of a fault, its queues, limits and counters.
 *
 * <p>A backend implements {@link io.faultline.backend.core.pagefault.PageFaultPorts} and states its
 * {@link io.faultline.backend.core.pagefault.Policy}; the engine tells it what to show, and it tells the engine through
 * {@link io.faultline.backend.core.pagefault.PageFaultControl} what the guest does. The model is section 11 of
 * async-page-fault.md.
 *
 * @since 0.1
 */
package io.faultline.backend.core.pagefault;
