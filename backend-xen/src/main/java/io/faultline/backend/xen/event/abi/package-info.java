/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** How a guest sees pending and mask of its ports: the two-level ABI and the FIFO ABI (xen.md 4.4, 4.5). */
@NullMarked
package io.faultline.backend.xen.event.abi;

import org.jspecify.annotations.NullMarked;
