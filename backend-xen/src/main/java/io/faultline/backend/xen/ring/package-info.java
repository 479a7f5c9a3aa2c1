/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Rings of bytes in a shared page, and how the guest is told of them. */
@NullMarked
package io.faultline.backend.xen.ring;

import org.jspecify.annotations.NullMarked;
