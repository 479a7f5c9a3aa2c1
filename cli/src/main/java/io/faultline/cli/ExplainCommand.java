/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.rule.Gate;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.suite.Suite;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Explains a rule. */
@Command(name = "explain", description = "Say what a rule demands, where it comes from and how it is checked.")
final class ExplainCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "RULE-ID", description = "The id of a rule, for example SDEI-131.")
    private String id;

    ExplainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Suite suite = Suite.standard();
        Rule rule = suite.catalogue()
                .rule(id.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new CommandFailure(
                        ExitStatus.USAGE,
                        "no rule has the id '" + id + "'; 'faultline conformance --list' shows them all"));
        PrintStream out = session.out();
        out.println(rule.id() + " [" + rule.level() + "] since " + rule.since());
        out.println("  " + rule.sentence());
        out.println("source: " + rule.source());
        out.println("applies: "
                + (rule.gates().isEmpty()
                        ? "always"
                        : rule.gates().stream().map(Gate::toString).collect(Collectors.joining(" and "))));
        suite.check(rule.id()).ifPresent(check -> explain(check, rule));
        rule.unchecked().ifPresent(why -> out.println("not checked: " + why.reason() + ", " + why.explanation()));
        rule.hints().forEach(hint -> out.println("hint: " + hint));
        return ExitStatus.FINE.code();
    }

    private void explain(Check check, Rule rule) {
        PrintStream out = session.out();
        out.println("checked: by guest code, with "
                + (check.seeds().size() == 1 ? "one seed" : check.seeds().size() + " seeds")
                + (check.cuttable() ? ", also when it is saved and restored at any point" : ""));
        if (!check.witnesses().isEmpty()) {
            out.println("witnesses: " + String.join("; ", check.witnesses()));
        }
        out.println("try it: faultline conformance --rule " + rule.id());
    }
}
