/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

/**
 * Why a PE stopped running.
 *
 * @since 0.1
 */
public enum StopReason {
    /** The requested number of instructions, or the one step, is done. */
    LIMIT,
    /** {@link ProcessingElement#requestStop()} was called. */
    STOP_REQUESTED
}
