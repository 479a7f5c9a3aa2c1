/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.conformance.rule.Rule;

/**
 * Is told how a run goes on, on the thread that runs it.
 *
 * @since 0.1
 */
public interface ProgressListener {
    /** Is not interested. */
    ProgressListener NONE = new ProgressListener() {};

    /**
     * A rule is about to be run.
     *
     * @param rule the rule
     * @param number its number, from 1
     * @param total how many rules the run has
     */
    default void started(Rule rule, int number, int total) {}

    /**
     * A rule has its verdict.
     *
     * @param result what came of it
     */
    default void finished(RuleResult result) {}
}
