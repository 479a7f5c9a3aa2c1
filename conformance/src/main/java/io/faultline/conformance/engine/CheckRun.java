/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.scenario.BudgetExceeded;
import io.faultline.conformance.scenario.CheckFailure;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.TraceRecorder;
import java.util.ArrayList;
import java.util.List;

/** Runs a check once and turns whatever happens into a verdict. Nothing escapes. */
final class CheckRun {
    private static final int SHOWN_FRAMES = 12;

    private CheckRun() {}

    /**
     * Runs a check.
     *
     * @param check the check
     * @param scenario a fresh scenario
     * @param trace the recorder of the scenario
     * @return what came of it
     */
    static CheckOutcome run(Check check, Scenario scenario, TraceRecorder trace) {
        CheckOutcome outcome = body(check, scenario, trace);
        try {
            scenario.close();
        } catch (Throwable broken) {
            if (!outcome.verdict().isProblem()) {
                return outcome(scenario, trace, Verdict.ERROR, "closing the machine threw " + describe(broken));
            }
        }
        return outcome;
    }

    /** A backend may throw anything; an error in one check must not end the others. */
    private static CheckOutcome body(Check check, Scenario scenario, TraceRecorder trace) {
        try {
            check.body().run(scenario);
            scenario.finish();
        } catch (CheckFailure failure) {
            return outcome(scenario, trace, Verdict.FAIL, describe(failure));
        } catch (BudgetExceeded exceeded) {
            return outcome(scenario, trace, Verdict.TIMED_OUT, exceeded.getMessage());
        } catch (HypervisorException refused) {
            return refused.id() == ErrorId.PROTOCOL_VIOLATION
                    ? outcome(scenario, trace, Verdict.FAIL, "the guest driver gave up: " + refused.getMessage())
                    : outcome(scenario, trace, Verdict.ERROR, "unexpected " + describe(refused));
        } catch (Throwable broken) {
            return outcome(scenario, trace, Verdict.ERROR, "unexpected " + describe(broken));
        }
        List<String> missing = new ArrayList<>(check.witnesses());
        missing.removeAll(scenario.witnessed());
        return missing.isEmpty()
                ? outcome(scenario, trace, Verdict.PASS, "")
                : outcome(scenario, trace, Verdict.INCONCLUSIVE, "not witnessed: " + String.join(", ", missing));
    }

    private static CheckOutcome outcome(Scenario scenario, TraceRecorder trace, Verdict verdict, String message) {
        return new CheckOutcome(
                verdict,
                message,
                List.copyOf(scenario.witnessed()),
                trace.hash(),
                verdict.isProblem() ? trace.lastLines() : List.of(),
                scenario.operations());
    }

    private static String describe(CheckFailure failure) {
        return "looked at: " + failure.what() + "\nexpected:  " + failure.expected() + "\nactual:    "
                + failure.actual()
                + (failure.where().isEmpty() ? "" : "\nwhere:     " + failure.where());
    }

    private static String describe(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        StackTraceElement[] frames = thrown.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, SHOWN_FRAMES); i++) {
            text.append("\n  at ").append(frames[i]);
        }
        return text.toString();
    }
}
