/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The words of the Software Delegated Exception Interface (Arm DEN 0054): functions, codes, states.
 *
 * @since 0.1
 */
package io.faultline.api.sdei;
