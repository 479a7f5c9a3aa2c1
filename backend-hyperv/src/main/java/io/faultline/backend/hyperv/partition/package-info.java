/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** One machine: its choices and its parts. */
@NullMarked
package io.faultline.backend.hyperv.partition;

import org.jspecify.annotations.NullMarked;
