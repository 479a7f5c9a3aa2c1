/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

/**
 * Told when one byte of RAM is written, by whomever. A byte that is watched can drive an interrupt line: if a PE stores
 * something other than zero where zero was, the instruction is the last that it executes before it looks for interrupts.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ByteWatch {
    /**
     * The byte was written, perhaps with the value that it had. Called in the middle of the store, by the thread that
     * drives the machine.
     *
     * @param value its value now, 0 to 255
     */
    void written(int value);
}
