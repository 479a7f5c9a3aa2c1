/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Devices that the VMM emulates, and the map that finds them by address.
 *
 * <p>Shared peripheral interrupts do not exist yet, so that no device has an interrupt line: guests poll. Registers that
 * describe interrupts hold what they would hold on hardware.
 *
 * @since 0.1
 */
package io.faultline.vmm.device;
