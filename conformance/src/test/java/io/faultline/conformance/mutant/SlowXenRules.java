/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import java.util.Set;

/** Rules whose checks are run only against the mutants that are aimed at them. */
public final class SlowXenRules {
    /** They fill the table of ports, add every array page or play many interleavings. */
    public static final Set<String> ALL = Set.of(
            "XEN-012", "XEN-038", "XEN-046", "XEN-071", "XEN-072", "XEN-073", "XEN-074", "XEN-076", "XEN-085",
            "XEN-087", "XEN-088", "XEN-089", "XEN-092", "XEN-101", "XEN-107", "XEN-127", "XEN-128", "XEN-129",
            "XEN-130", "XEN-131", "XEN-132", "XEN-133", "XEN-134", "XEN-135", "XEN-136", "XEN-137", "XEN-139",
            "XEN-141", "XEN-147", "XEN-151", "XEN-152", "XEN-153", "XEN-160", "XEN-164", "XEN-197", "XEN-199");

    private SlowXenRules() {}
}
