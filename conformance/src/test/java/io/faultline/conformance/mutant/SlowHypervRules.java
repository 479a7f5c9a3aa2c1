/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.util.Set;

/** Rules of Hyper-V whose checks take long. */
public final class SlowHypervRules {
    /** They play many interleavings, write a million EOMs or walk at random. */
    public static final Set<String> ALL = Set.of(
            "HV-030", "HV-032", "HV-062", "HV-064", "HV-065", "HV-085", "HV-086", "HV-088", "HV-089", "HV-099",
            "HV-104", "HV-110", "HV-129", "HV-150", "HV-154", "HV-173", "HV-174", "HV-176", "HV-177", "HV-178",
            "HV-181");

    private SlowHypervRules() {}
}
