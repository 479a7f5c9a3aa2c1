/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.wrong;

import java.time.Instant;
import java.util.Date;
import java.util.function.LongSupplier;

public final class AsksTheWallClock {
    long milliseconds() {
        return System.currentTimeMillis();
    }

    LongSupplier nanoseconds() {
        return System::nanoTime;
    }

    Instant instant() {
        return Instant.now();
    }

    Date date() {
        return new Date();
    }
}
