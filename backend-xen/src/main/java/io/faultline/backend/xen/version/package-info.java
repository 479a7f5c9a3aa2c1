/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the hypervisor says of itself. */
@NullMarked
package io.faultline.backend.xen.version;

import org.jspecify.annotations.NullMarked;
