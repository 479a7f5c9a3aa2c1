/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Checks of asynchronous page faults.
 *
 * @since 0.1
 */
package io.faultline.conformance.pagefault;
