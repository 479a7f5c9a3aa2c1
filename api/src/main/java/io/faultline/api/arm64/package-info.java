/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The words of the Arm architecture: exception levels, registers, syndromes, interrupt numbers, firmware calls.
 *
 * <p>Everything here is an immutable value or a table of architectural constants. Nothing here knows a hypervisor, so
 * that the hardware model, the backends, the conformance suite and a guest driver all name things the same way. The
 * source of every number is the Arm Architecture Reference Manual (DDI 0487), the SMC Calling Convention (DEN 0028),
 * PSCI (DEN 0022) or the GIC architecture (IHI 0069).
 *
 * @since 0.1
 */
package io.faultline.api.arm64;
