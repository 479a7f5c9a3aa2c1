/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.conformance.rule.Rule;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What came of one rule on one backend.
 *
 * @param rule the rule
 * @param verdict the verdict
 * @param message why, several lines perhaps; empty for PASS
 * @param declared witnesses that the check declares
 * @param witnessed witnesses that were seen
 * @param seed seed of the run that the verdict is from; 0 if no check was run
 * @param token names that run; empty if no check was run
 * @param trace last lines of its trace; empty unless the verdict is a problem
 * @param operations guest operations of all runs of the check
 * @since 0.1
 */
public record RuleResult(
        Rule rule,
        Verdict verdict,
        String message,
        List<String> declared,
        List<String> witnessed,
        long seed,
        Optional<ReplayToken> token,
        List<String> trace,
        long operations) {
    /** Copies the lists. */
    public RuleResult {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(message, "message");
        declared = List.copyOf(declared);
        witnessed = List.copyOf(witnessed);
        Objects.requireNonNull(token, "token");
        trace = List.copyOf(trace);
    }

    static RuleResult notRun(Rule rule, Verdict verdict, String message) {
        return new RuleResult(rule, verdict, message, List.of(), List.of(), 0, Optional.empty(), List.of(), 0);
    }

    RuleResult with(Verdict other, String otherMessage) {
        return new RuleResult(rule, other, otherMessage, declared, witnessed, seed, token, trace, operations);
    }

    /**
     * Explains the result to whoever has to act on it: the rule, what was expected and what happened, hints, the end of
     * the trace and how to run it again.
     *
     * @return several lines without a line end after the last
     */
    public String explanation() {
        StringBuilder text = new StringBuilder();
        text.append(rule.id())
                .append(" [")
                .append(rule.level())
                .append("] ")
                .append(verdict)
                .append('\n');
        text.append("  ").append(rule.sentence());
        if (!message.isEmpty()) {
            text.append('\n').append(message.indent(2).stripTrailing());
        }
        rule.hints().forEach(hint -> text.append("\n  hint: ").append(hint));
        if (!trace.isEmpty()) {
            text.append("\n  last of the trace:");
            trace.forEach(line -> text.append("\n    ").append(line));
        }
        token.ifPresent(value ->
                text.append("\n  again: faultline replay '").append(value).append('\''));
        return text.toString();
    }
}
