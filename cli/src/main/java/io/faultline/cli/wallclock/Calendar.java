/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import java.time.LocalDate;
import java.time.ZoneOffset;

/** The calendar on the wall. */
public final class Calendar {
    private Calendar() {}

    /**
     * Returns the day, for waivers that expire. The same everywhere on earth, so that a build does not depend on where it
     * runs.
     *
     * @return today in UTC
     */
    public static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }
}
