/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The console of a guest and its other end. */
@NullMarked
package io.faultline.backend.xen.console;

import org.jspecify.annotations.NullMarked;
