/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The ARM64 machine. */
package io.faultline.hwmodel;
