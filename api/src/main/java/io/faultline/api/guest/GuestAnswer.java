/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

/**
 * How a guest answers a notification.
 *
 * @since 0.1
 */
public enum GuestAnswer {
    /** Not-present: the guest runs something else until ready. The driver ends in the guest's scheduler. */
    ASYNCHRONOUS,
    /** Not-present: the host shall resolve it; the instruction is executed again when the page is there. */
    SYNCHRONOUS,
    /** Ready or wake-all: taken note of; the interrupted context goes on. */
    ACKNOWLEDGED
}
