/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

/** A clock for how long things take on the host. */
public final class HostClock {
    private HostClock() {}

    /**
     * Returns a time.
     *
     * @return nanoseconds since some moment
     */
    public static long nanos() {
        return System.nanoTime();
    }
}
