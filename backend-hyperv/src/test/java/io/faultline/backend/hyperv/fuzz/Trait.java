/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Locale;

/** What the machines of a sequence have that not all have. */
enum Trait {
    /** Guests translate addresses, by tables in pages that may be absent like others. */
    TRANSLATED,
    /** Guests may be told of page faults. */
    ANNOUNCED;

    static Trait parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
