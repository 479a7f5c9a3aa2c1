/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Firmware calls that belong to the hardware: PSCI and the power states of the PEs.
 *
 * @since 0.1
 */
package io.faultline.hwmodel.firmware;
