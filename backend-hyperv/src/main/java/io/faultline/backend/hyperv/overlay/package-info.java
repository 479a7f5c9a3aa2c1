/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Pages of the hypervisor that hide pages of the guest. */
@NullMarked
package io.faultline.backend.hyperv.overlay;

import org.jspecify.annotations.NullMarked;
