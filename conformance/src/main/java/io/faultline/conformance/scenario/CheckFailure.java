/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import java.io.Serial;
import java.util.Objects;

/**
 * A backend did not do what a rule says: what was looked at, what was expected, what happened, and where.
 *
 * @since 0.1
 */
public final class CheckFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What was looked at. */
    private final String what;

    /** What the rule says. */
    private final String expected;

    /** What happened. */
    private final String actual;

    /** Where. */
    private final String where;

    /**
     * Makes a failure.
     *
     * @param what what was looked at, for example {@code STATUS after UNREGISTER}
     * @param expected what the rule says
     * @param actual what happened
     * @param where machine, vCPU and operation; empty if there is no machine yet
     */
    public CheckFailure(String what, String expected, String actual, String where) {
        super(what + ": expected " + expected + ", was " + actual + (where.isEmpty() ? "" : " (" + where + ")"));
        this.what = Objects.requireNonNull(what, "what");
        this.expected = Objects.requireNonNull(expected, "expected");
        this.actual = Objects.requireNonNull(actual, "actual");
        this.where = where;
    }

    /**
     * Returns what was looked at.
     *
     * @return a clause
     */
    public String what() {
        return what;
    }

    /**
     * Returns what the rule says.
     *
     * @return a value or clause
     */
    public String expected() {
        return expected;
    }

    /**
     * Returns what happened.
     *
     * @return a value or clause
     */
    public String actual() {
        return actual;
    }

    /**
     * Returns where it happened.
     *
     * @return machine, vCPU and operation; empty if there was no machine
     */
    public String where() {
        return where;
    }
}
