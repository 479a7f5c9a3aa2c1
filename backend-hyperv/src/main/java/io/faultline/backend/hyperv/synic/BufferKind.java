/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * Who has message buffers, as saved states name it.
 *
 * @since 0.1
 */
public enum BufferKind {
    /** A port: 16 buffers. */
    PORT,
    /** A synthetic timer: one buffer. */
    TIMER,
    /** Asynchronous page faults of a vCPU. */
    PAGE_FAULT
}
