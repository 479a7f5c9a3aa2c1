/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Checks of the Software Delegated Exception Interface.
 *
 * @since 0.1
 */
package io.faultline.conformance.sdei;
