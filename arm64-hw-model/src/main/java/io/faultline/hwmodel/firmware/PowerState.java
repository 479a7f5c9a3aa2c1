/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.firmware;

/**
 * Power state of a PE as PSCI sees it.
 *
 * @since 0.1
 */
public enum PowerState {
    /** Executing, or suspended. */
    ON,
    /** Turned off. */
    OFF,
    /** CPU_ON was called and the PE has not started yet. */
    ON_PENDING
}
