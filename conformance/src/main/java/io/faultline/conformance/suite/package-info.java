/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Rules and checks put together.
 *
 * @since 0.1
 */
package io.faultline.conformance.suite;
