/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Checks of Hyper-V's hypercalls, synthetic interrupt controllers, ports, timers and overlay pages, chapter HV of the
 * catalogue.
 *
 * @since 0.1
 */
package io.faultline.conformance.hyperv;
