/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.util.List;

/** Checks of the Xen-style backend at which no mutant is aimed. The list may only get shorter. */
final class UnprovenXenChecks {
    static final List<String> ALL = List.of();

    private UnprovenXenChecks() {}
}
