/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.sdei;

/**
 * Whether an event has one handler per PE or one for the system. The ordinal is the value of EV_TYPE (SDEI-024).
 *
 * @since 0.1
 */
public enum SdeiEventType {
    /** One handler instance on every PE. */
    PRIVATE,
    /** One handler instance for the whole machine. */
    SHARED
}
