/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Checks of the Java contract of a backend.
 *
 * @since 0.1
 */
package io.faultline.conformance.contract;
