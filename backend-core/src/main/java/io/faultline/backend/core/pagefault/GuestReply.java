/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

/**
 * What a guest answers to a not-present notification.
 *
 * @since 0.1
 */
public enum GuestReply {
    /** It runs something else; ready follows. */
    ASYNCHRONOUS,
    /** The host shall resolve the fault; no ready follows. */
    SYNCHRONOUS
}
