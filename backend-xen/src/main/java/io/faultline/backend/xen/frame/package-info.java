/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Pages that the hypervisor and a guest share. */
@NullMarked
package io.faultline.backend.xen.frame;

import org.jspecify.annotations.NullMarked;
