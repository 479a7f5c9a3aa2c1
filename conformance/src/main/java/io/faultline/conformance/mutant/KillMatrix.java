/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which mutant fails which rules, and whether that is as it should be.
 *
 * @param rows one for each mutant, in order
 * @since 0.1
 */
public record KillMatrix(List<Row> rows) {
    /** Copies the list. */
    public KillMatrix {
        rows = List.copyOf(rows);
    }

    /**
     * What the suite said of one mutant.
     *
     * @param mutant the mutant
     * @param failed ids of the rules that it failed, in order
     * @param findings what is wrong with that: not killed, wrong words, unexpected collateral; empty if nothing is
     */
    public record Row(Mutant mutant, List<String> failed, List<String> findings) {
        /** Copies the lists. */
        public Row {
            failed = List.copyOf(failed);
            findings = List.copyOf(findings);
        }
    }

    /**
     * Runs a suite against mutants.
     *
     * @param mutants the mutants
     * @param options how each is run; the filter limits what collateral can be seen
     * @return the matrix
     */
    public static KillMatrix run(List<Mutant> mutants, RunOptions options) {
        return new KillMatrix(
                mutants.stream().map(mutant -> row(mutant, options)).toList());
    }

    /**
     * Returns everything that is wrong.
     *
     * @return one sentence for each finding; empty if every mutant is killed as it should be
     */
    public List<String> findings() {
        List<String> findings = new ArrayList<>();
        rows.forEach(row -> row.findings.forEach(finding -> findings.add(row.mutant.id() + ": " + finding)));
        return findings;
    }

    /**
     * Writes the matrix.
     *
     * @return one line for each mutant
     */
    public String render() {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-40s %-9s %s%n",
                    row.mutant.id(),
                    row.mutant.rule(),
                    row.findings.isEmpty() ? "killed; fails " + row.failed : row.findings));
        }
        return text.toString();
    }

    private static Row row(Mutant mutant, RunOptions options) {
        ConformanceReport report;
        try (Subject subject = Subject.of(mutant.opener())) {
            report = ConformanceRunner.run(subject, options);
        }
        List<String> failed =
                report.problems().stream().map(result -> result.rule().id()).toList();
        List<String> findings = new ArrayList<>();
        report.results().stream()
                .filter(result -> result.rule().id().equals(mutant.rule()))
                .findFirst()
                .ifPresentOrElse(
                        result -> judge(mutant, result, findings),
                        () -> findings.add("rule " + mutant.rule() + " was not run"));
        failed.stream()
                .filter(rule ->
                        !rule.equals(mutant.rule()) && !mutant.collateral().contains(rule))
                .forEach(rule -> findings.add("also fails " + rule + ", which is not declared as collateral"));
        return new Row(mutant, failed, findings);
    }

    private static void judge(Mutant mutant, RuleResult result, List<String> findings) {
        if (!result.verdict().isProblem()) {
            findings.add("survived: " + mutant.rule() + " is " + result.verdict());
        } else if (!result.explanation().contains(mutant.words())) {
            findings.add("killed without the words '" + mutant.words() + "':\n" + result.explanation());
        }
    }
}
