/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.sdei;

/**
 * The priority class of an event. The ordinal is the value of EV_PRIORITY (SDEI-025).
 *
 * @since 0.1
 */
public enum SdeiPriority {
    /** Preempts the client, never another handler. */
    NORMAL,
    /** Preempts the client and normal handlers. */
    CRITICAL
}
