/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.notification;

/**
 * How an interrupt line signals.
 *
 * @since 0.1
 */
public enum Trigger {
    /** Pending as long as the line is high. */
    LEVEL,
    /** Pending after each rising edge. */
    EDGE
}
