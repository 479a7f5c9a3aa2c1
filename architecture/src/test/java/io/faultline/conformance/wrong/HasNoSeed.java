/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.wrong;

import java.util.Random;
import java.util.UUID;

public final class HasNoSeed {
    double number() {
        return Math.random();
    }

    Random source() {
        return new Random();
    }

    Random seeded() {
        return new Random(1);
    }

    UUID identity() {
        return UUID.randomUUID();
    }
}
