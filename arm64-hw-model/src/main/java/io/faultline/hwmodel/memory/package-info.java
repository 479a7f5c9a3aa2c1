/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Physical memory: sparse pages with residency, exclusive monitors, and what a memory-mapped device looks like.
 *
 * @since 0.1
 */
package io.faultline.hwmodel.memory;
