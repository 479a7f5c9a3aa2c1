/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The suite as an engine of the JUnit Platform.
 *
 * @since 0.1
 */
package io.faultline.conformance.junit;
