/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Paging by a hypervisor's own protocol: the VMM takes pages of a guest away and brings them back when a ring of requests
 * says so. What every backend has instead is {@link io.faultline.api.pagefault.AsyncPageFaults}.
 *
 * @since 0.1
 */
@NullMarked
package io.faultline.api.paging;

import org.jspecify.annotations.NullMarked;
