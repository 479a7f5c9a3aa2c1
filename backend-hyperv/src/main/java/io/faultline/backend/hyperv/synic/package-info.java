/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The synthetic interrupt controller of each virtual processor. */
@NullMarked
package io.faultline.backend.hyperv.synic;

import org.jspecify.annotations.NullMarked;
