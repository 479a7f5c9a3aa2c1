/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The guest's physical map, grant frames and parameters. */
@NullMarked
package io.faultline.backend.xen.memory;

import org.jspecify.annotations.NullMarked;
