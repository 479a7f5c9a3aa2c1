/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What guest drivers of the backends have in common: code that is executed as instructions of a vCPU and knows nothing but
 * what a guest sees.
 *
 * @since 0.1
 */
package io.faultline.backend.core.guest;
