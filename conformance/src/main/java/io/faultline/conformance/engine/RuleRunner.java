/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.rule.Gate;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.scenario.TraceRecorder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Gives verdicts on one backend, rule by rule. Not thread-safe.
 *
 * @since 0.1
 */
public final class RuleRunner {
    private static final Gate NEEDED_TO_CUT = new Gate(Capabilities.SAVE_RESTORE.id(), true, 0);

    private final Subject subject;
    private final RunOptions options;
    private final Optional<Consumer<String>> traceListener;
    private final Map<String, RuleResult> absences = new TreeMap<>();

    /**
     * Makes a runner.
     *
     * @param subject what is checked; stays open
     * @param options how
     */
    public RuleRunner(Subject subject, RunOptions options) {
        this(subject, options, Optional.empty());
    }

    RuleRunner(Subject subject, RunOptions options, Optional<Consumer<String>> traceListener) {
        this.subject = subject;
        this.options = options;
        this.traceListener = traceListener;
    }

    /**
     * Returns the rules that the options select, in order.
     *
     * @return the rules
     */
    public List<Rule> selected() {
        return options.suite().catalogue().rules().stream()
                .filter(rule -> options.filter().selects(rule.id()))
                .filter(rule -> options.cuts().equals(CutPlan.NONE) || isCuttable(rule))
                .toList();
    }

    /**
     * Gives the verdict on a rule. Never throws for what the backend does.
     *
     * @param rule a rule of the suite
     * @return the verdict
     */
    public RuleResult run(Rule rule) {
        Optional<Check> check = options.suite().check(rule.id());
        if (check.isEmpty()) {
            String why = rule.unchecked()
                    .map(unchecked -> unchecked.reason() + ": " + unchecked.explanation())
                    .orElse("");
            return RuleResult.notRun(rule, Verdict.NOT_CHECKED, why);
        }
        CapabilitySet capabilities = subject.backend().capabilities();
        Optional<Gate> closed = rule.closedGate(capabilities);
        if (closed.isEmpty() && !options.cuts().equals(CutPlan.NONE) && !NEEDED_TO_CUT.isOpen(capabilities)) {
            closed = Optional.of(NEEDED_TO_CUT);
        }
        return waive(closed.isPresent() ? absent(rule, closed.get()) : run(rule, check.get()));
    }

    private boolean isCuttable(Rule rule) {
        return options.suite().check(rule.id()).filter(Check::cuttable).isPresent();
    }

    /** Without the capability, what must be true without it is looked at once. */
    private RuleResult absent(Rule rule, Gate gate) {
        String reason = gate.present()
                ? "the backend does not offer " + gate
                : "the backend offers " + gate.capability() + ", and the rule is for those that do not";
        Optional<Check> instead = gate.present() ? options.suite().absenceCheck(gate.capability()) : Optional.empty();
        if (instead.isEmpty()) {
            return RuleResult.notRun(rule, Verdict.NOT_APPLICABLE, reason);
        }
        RuleResult absence = absences.computeIfAbsent(gate.capability(), unused -> run(rule, instead.get()));
        String name = instead.get().rule();
        return absence.verdict() == Verdict.PASS
                ? RuleResult.notRun(rule, Verdict.NOT_APPLICABLE, reason + "; " + name + " passed instead")
                : RuleResult.notRun(rule, absence.verdict(), reason + "; " + name + " instead:\n" + absence.message());
    }

    private RuleResult run(Rule rule, Check check) {
        List<Long> seeds = options.seed().isPresent() ? List.of(options.seed().getAsLong()) : check.seeds();
        long operations = 0;
        CheckOutcome outcome = null;
        long seed = 0;
        for (int i = 0;
                i < seeds.size() && (outcome == null || !outcome.verdict().isProblem());
                i++) {
            seed = seeds.get(i);
            outcome = run(check, seed);
            operations += outcome.operations();
        }
        ReplayToken token =
                new ReplayToken(subject.id(), settings(), rule.id(), seed, options.cuts(), outcome.traceHash());
        return new RuleResult(
                rule,
                outcome.verdict(),
                outcome.message(),
                check.witnesses(),
                outcome.witnessed(),
                seed,
                Optional.of(token),
                outcome.trace(),
                operations);
    }

    private CheckOutcome run(Check check, long seed) {
        TraceRecorder trace = traceListener.map(TraceRecorder::new).orElseGet(TraceRecorder::new);
        Scenario scenario = new Scenario(subject, seed, options.budget(), options.cuts(), trace);
        return options.watchdog()
                .watch(
                        () -> CheckRun.run(check, scenario, trace),
                        stuck -> new CheckOutcome(Verdict.ERROR, stuck, List.of(), 0, List.of(), 0));
    }

    private RuleResult waive(RuleResult result) {
        Optional<Waiver> found = options.waivers().find(result.rule().id(), subject.id());
        if (found.isEmpty() || result.verdict() == Verdict.NOT_APPLICABLE) {
            return result;
        }
        Waiver waiver = found.get();
        if (!result.verdict().isProblem()) {
            return result.with(
                    Verdict.FAIL, "unexpected pass: remove the waiver for " + waiver.issue() + " from the waiver file");
        }
        return options.waivers().isExpired(waiver)
                ? result.with(
                        result.verdict(),
                        result.message() + "\nthe waiver for " + waiver.issue() + " expired on " + waiver.expires())
                : result.with(
                        Verdict.KNOWN_ISSUE,
                        "waived until " + waiver.expires() + ", see " + waiver.issue() + "\n" + result.message());
    }

    /** Settings that are not the defaults, in the form of the command line. */
    private String settings() {
        BackendConfiguration defaults =
                BackendConfiguration.defaults(subject.backend().descriptor());
        StringJoiner text = new StringJoiner(",");
        subject.configuration().values().forEach((key, value) -> {
            if (!value.equals(defaults.get(key))) {
                text.add(key + "=" + value);
            }
        });
        return text.toString();
    }
}
