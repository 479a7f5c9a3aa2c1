/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The reference VMM: it assembles a machine from a guest image, devices and page sources, and runs it to its end.
 *
 * <p>The memory map is compatible with QEMU's {@code virt} board: RAM from 0x40000000, a PL011 at 0x09000000, a PL031 at
 * 0x09010000; the interrupt controller belongs to the backend.
 *
 * @since 0.1
 */
package io.faultline.vmm;
