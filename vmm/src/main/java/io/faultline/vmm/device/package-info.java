/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Devices that the VMM emulates, and the map that finds them by address.
 *
 * <p>A device drives its interrupt line through {@link io.faultline.vmm.device.InterruptLine}, and is a part of the guest's
 * state when the guest moves.
 *
 * @since 0.1
 */
package io.faultline.vmm.device;
