/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.SyntheticInterrupts;

/** Identifiers of ports and connections: 24 bits, the upper 8 of a word are 0 (hyperv.md 4.1). */
final class Ids {
    private Ids() {}

    static boolean isValid(int id) {
        return id >= 0 && id <= SyntheticInterrupts.LAST_ID;
    }
}
