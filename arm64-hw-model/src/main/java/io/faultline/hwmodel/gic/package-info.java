/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * GICv3: distributor, redistributors and CPU interfaces, one security state (GICD_CTLR.DS = 1), affinity routing always
 * on, private interrupts (SGI 0 to 15, PPI 16 to 31), 32 priorities.
 *
 * <p>This is the interrupt controller that the guest sees. GICD_TYPER says that there are no SPIs.
 *
 * @since 0.1
 */
package io.faultline.hwmodel.gic;
