/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** How domains are named. */
@NullMarked
package io.faultline.backend.xen.domain;

import org.jspecify.annotations.NullMarked;
