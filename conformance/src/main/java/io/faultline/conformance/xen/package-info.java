/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Checks of Xen's hypercalls, shared memory and event channels, chapter XEN of the catalogue.
 *
 * @since 0.1
 */
package io.faultline.conformance.xen;
