/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

/**
 * What came of one rule.
 *
 * @since 0.1
 */
public enum Verdict {
    /** The backend does what the rule says, and every witness was seen. */
    PASS(false),
    /** The backend does otherwise. Also a waived rule that passes. */
    FAIL(true),
    /** A capability that the rule needs is absent; what must be true without it is, as far as there is a check of it. */
    NOT_APPLICABLE(false),
    /** Nothing went wrong, but what the rule speaks of was not witnessed. Not a pass. */
    INCONCLUSIVE(true),
    /** The backend or the check threw, hung or could not be closed. */
    ERROR(true),
    /** The virtual budget was used up. */
    TIMED_OUT(true),
    /** The backend fails the rule and has a waiver that has not expired. */
    KNOWN_ISSUE(false),
    /** The rule has no check, for the reason that the catalogue gives. */
    NOT_CHECKED(false);

    private final boolean problem;

    Verdict(boolean problem) {
        this.problem = problem;
    }

    /**
     * Tells whether a backend with this verdict does not conform.
     *
     * @return true for FAIL, INCONCLUSIVE, ERROR and TIMED_OUT
     */
    public boolean isProblem() {
        return problem;
    }
}
