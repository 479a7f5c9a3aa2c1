/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * vm_event and mem_paging: pages that a pager outside the guest takes away and brings back (xen.md 7.1 to 7.6). Real Xen has
 * mem_paging on x86 only; this is its life cycle and its ring on ARM64, with the VMM as the pager.
 *
 * @since 0.1
 */
@NullMarked
package io.faultline.backend.xen.paging;

import org.jspecify.annotations.NullMarked;
