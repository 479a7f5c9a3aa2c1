/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.conformance.scenario.Budget;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.suite.Suite;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How a suite is run.
 *
 * @param suite rules and checks
 * @param filter which rules
 * @param seed seed for every check; empty for the seeds that the check declares
 * @param cuts where machines are saved and restored; if anywhere, only checks that may be cut are run
 * @param budget how much one check may do
 * @param waivers known failures
 * @param watchdog notices that a check never comes back; decides no verdict but ERROR
 * @param listener is told how the run goes on
 * @since 0.1
 */
public record RunOptions(
        Suite suite,
        RuleFilter filter,
        OptionalLong seed,
        CutPlan cuts,
        Budget budget,
        Waivers waivers,
        Watchdog watchdog,
        ProgressListener listener) {
    /** Checks for null. */
    public RunOptions {
        Objects.requireNonNull(suite, "suite");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(seed, "seed");
        Objects.requireNonNull(cuts, "cuts");
        Objects.requireNonNull(budget, "budget");
        Objects.requireNonNull(waivers, "waivers");
        Objects.requireNonNull(watchdog, "watchdog");
        Objects.requireNonNull(listener, "listener");
    }

    /**
     * Makes options for all rules of a suite.
     *
     * @param suite the suite
     * @return the options
     */
    public static RunOptions of(Suite suite) {
        return new RunOptions(
                suite,
                RuleFilter.ALL,
                OptionalLong.empty(),
                CutPlan.NONE,
                Budget.DEFAULT,
                Waivers.NONE,
                Watchdog.NONE,
                ProgressListener.NONE);
    }

    /**
     * Selects rules.
     *
     * @param other the filter
     * @return a copy
     */
    public RunOptions filter(RuleFilter other) {
        return new RunOptions(suite, other, seed, cuts, budget, waivers, watchdog, listener);
    }

    /**
     * Sets the seed.
     *
     * @param value the only seed that every check is run with
     * @return a copy
     */
    public RunOptions seed(long value) {
        return new RunOptions(suite, filter, OptionalLong.of(value), cuts, budget, waivers, watchdog, listener);
    }

    /**
     * Sets the cuts.
     *
     * @param other where machines are saved and restored
     * @return a copy
     */
    public RunOptions cuts(CutPlan other) {
        return new RunOptions(suite, filter, seed, other, budget, waivers, watchdog, listener);
    }

    /**
     * Sets the budget of one check.
     *
     * @param other the budget
     * @return a copy
     */
    public RunOptions budget(Budget other) {
        return new RunOptions(suite, filter, seed, cuts, other, waivers, watchdog, listener);
    }

    /**
     * Sets the waivers.
     *
     * @param other the waivers
     * @return a copy
     */
    public RunOptions waivers(Waivers other) {
        return new RunOptions(suite, filter, seed, cuts, budget, other, watchdog, listener);
    }

    /**
     * Sets the watchdog.
     *
     * @param other the watchdog
     * @return a copy
     */
    public RunOptions watchdog(Watchdog other) {
        return new RunOptions(suite, filter, seed, cuts, budget, waivers, other, listener);
    }

    /**
     * Sets the listener.
     *
     * @param other the listener
     * @return a copy
     */
    public RunOptions listener(ProgressListener other) {
        return new RunOptions(suite, filter, seed, cuts, budget, waivers, watchdog, other);
    }
}
