/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * What SCHEDOP_poll finds at a port (xen.md 4.9).
 *
 * @since 0.1
 */
public enum PollState {
    /** The guest cannot use it: -EINVAL. */
    UNUSABLE,
    /** Nothing came. */
    QUIET,
    /** An event is there, masked or not. */
    PENDING
}
