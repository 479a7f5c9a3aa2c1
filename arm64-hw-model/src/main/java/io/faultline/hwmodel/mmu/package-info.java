/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Address translation: stage 1 (off: flat), stage 2, the software TLB in front of both, and faults as values.
 *
 * @since 0.1
 */
package io.faultline.hwmodel.mmu;
