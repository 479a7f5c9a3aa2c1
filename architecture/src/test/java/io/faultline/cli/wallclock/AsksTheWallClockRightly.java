/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

/** Breaks no rule: this package may. */
public final class AsksTheWallClockRightly {
    long nanoseconds() {
        return System.nanoTime();
    }
}
