/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Traces as text.
 *
 * @since 0.1
 */
package io.faultline.vmm.trace;
