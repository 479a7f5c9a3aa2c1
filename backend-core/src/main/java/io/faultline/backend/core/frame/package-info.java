/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Pages that a hypervisor and its guest share. */
@NullMarked
package io.faultline.backend.core.frame;

import org.jspecify.annotations.NullMarked;
