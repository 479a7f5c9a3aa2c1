/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.util.List;

/** Checks that no mutant of the KVM-style backend fails. The lists may only get shorter. */
final class UnprovenChecks {
    /**
     * SDEI-002 and SDEI-194 are decided before any replaceable part is reached; SDEI-011 applies only to a backend without
     * SDEI.
     */
    static final List<String> SDEI = List.of("SDEI-002", "SDEI-011", "SDEI-194");

    private UnprovenChecks() {}
}
