/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.util.List;

/** Checks of the Hyper-V-style backend at which no mutant is aimed. The list may only get shorter. */
final class UnprovenHypervChecks {
    /** HVC at EL0 is undefined by the architecture: no part of a backend is asked. */
    static final List<String> ALL = List.of("HV-006");

    private UnprovenHypervChecks() {}
}
