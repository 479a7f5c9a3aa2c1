/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The processing element: its registers, exceptions and run loop, and the contract of the software at EL2.
 *
 * @since 0.1
 */
package io.faultline.hwmodel.cpu;
