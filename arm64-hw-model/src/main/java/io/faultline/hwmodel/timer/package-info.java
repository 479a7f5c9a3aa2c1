/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Virtual time and the generic timers that count it.
 *
 * @since 0.1
 */
package io.faultline.hwmodel.timer;
