/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

/**
 * The wire from a CPU interface to its PE.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface InterruptSignal {
    /** Does nothing. */
    InterruptSignal NONE = () -> {};

    /** The CPU interface has an interrupt to signal: look at it before the next instruction. */
    void asserted();
}
