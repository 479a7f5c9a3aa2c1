/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Page sources: where absent pages of a guest come from. Snapshots are in memory or in a file; what comes over a connection
 * is in {@link io.faultline.vmm.migration}.
 *
 * @since 0.1
 */
package io.faultline.vmm.paging;
