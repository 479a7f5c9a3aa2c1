/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Event channels: ports, the two-level ABI and the FIFO ABI. */
@NullMarked
package io.faultline.backend.xen.event;

import org.jspecify.annotations.NullMarked;
