/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Virtual processor registers by their numbers, and the two calls that reach them. */
@NullMarked
package io.faultline.backend.hyperv.register;

import org.jspecify.annotations.NullMarked;
