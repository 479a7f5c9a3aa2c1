/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.util.Set;

/** Rules whose checks are run only against the mutants that are aimed at them. */
final class SlowXenRules {
    /** They fill the table of ports, add every array page or play many interleavings. */
    static final Set<String> ALL = Set.of(
            "XEN-046", "XEN-076", "XEN-085", "XEN-101", "XEN-107", "XEN-151", "XEN-152", "XEN-153", "XEN-012", "XEN-133",
            "XEN-139");

    private SlowXenRules() {}
}
