/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Accesses of a guest of which the VMM hears by intercept messages. */
@NullMarked
package io.faultline.backend.hyperv.intercept;

import org.jspecify.annotations.NullMarked;
