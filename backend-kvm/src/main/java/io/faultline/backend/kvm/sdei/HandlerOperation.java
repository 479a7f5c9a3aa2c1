/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * What changes the state of a handler instance (sdei.md, 2.5).
 *
 * @since 0.1
 */
public enum HandlerOperation {
    /** EVENT_REGISTER. */
    REGISTER,
    /** EVENT_ENABLE. */
    ENABLE,
    /** EVENT_DISABLE. */
    DISABLE,
    /** EVENT_UNREGISTER. */
    UNREGISTER,
    /** EVENT_ROUTING_SET. */
    ROUTING_SET,
    /** PRIVATE_RESET and SHARED_RESET, for each event that they reach. */
    RESET,
    /** The handler is entered. */
    DISPATCH,
    /** EVENT_COMPLETE, EVENT_COMPLETE_AND_RESUME, and the end of a handler by turning off its PE. */
    COMPLETE
}
