/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * Why memory was accessed.
 *
 * @since 0.1
 */
public enum AccessKind {
    /** A load, or the read of a read-modify-write. */
    READ,
    /** A store. */
    WRITE,
    /** An instruction fetch. */
    EXECUTE
}
