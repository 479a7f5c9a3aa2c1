/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

/**
 * The instruction by which a guest calls firmware or its hypervisor (DEN 0028, 2.4).
 *
 * @since 0.1
 */
public enum Conduit {
    /** HVC. */
    HVC,
    /** SMC. */
    SMC
}
