/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Reference time and the synthetic timers of each virtual processor. */
@NullMarked
package io.faultline.backend.hyperv.timer;

import org.jspecify.annotations.NullMarked;
