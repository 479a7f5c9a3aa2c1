/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.rule.Rule;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Writes a report as text for a terminal: who was checked, every problem with its explanation, and the totals.
 *
 * @since 0.1
 */
public final class TextReport {
    private TextReport() {}

    /**
     * Writes a report.
     *
     * @param report the report
     * @return several lines with a line end after the last
     */
    public static String render(ConformanceReport report) {
        StringBuilder text = new StringBuilder();
        text.append("backend ").append(report.backend().id()).append(" (");
        text.append(report.backend().displayName())
                .append(' ')
                .append(report.backend().version());
        text.append("), suite ").append(report.suiteVersion());
        text.append(", rules ").append(report.ruleSetHash()).append('\n');
        report.waivers()
                .forEach(waiver -> text.append("waiver: ")
                        .append(waiver.rule())
                        .append(" until ")
                        .append(waiver.expires())
                        .append(", ")
                        .append(waiver.issue())
                        .append('\n'));
        report.problems()
                .forEach(
                        result -> text.append('\n').append(result.explanation()).append('\n'));
        if (!report.problems().isEmpty()) {
            text.append('\n');
        }
        text.append(totals(report)).append('\n');
        return PrintableText.of(text.toString());
    }

    /**
     * Writes the totals, each chapter on a line and then all.
     *
     * @param report the report
     * @return several lines without a line end after the last
     */
    public static String totals(ConformanceReport report) {
        TreeMap<String, int[]> chapters = new TreeMap<>();
        report.results().forEach(result -> {
            Rule rule = result.rule();
            chapters.computeIfAbsent(rule.chapter(), unused -> new int[Verdict.values().length])[
                    result.verdict().ordinal()]++;
        });
        StringBuilder text = new StringBuilder();
        chapters.forEach((chapter, counts) -> text.append(row(chapter, counts)).append('\n'));
        int[] all = new int[Verdict.values().length];
        report.totals().forEach((verdict, count) -> all[verdict.ordinal()] = count);
        return text.append(row("all", all)).toString();
    }

    private static String row(String name, int[] counts) {
        StringJoiner words = new StringJoiner(", ");
        for (Verdict verdict : Verdict.values()) {
            if (counts[verdict.ordinal()] > 0 || verdict == Verdict.PASS || verdict == Verdict.FAIL) {
                words.add(counts[verdict.ordinal()] + " "
                        + verdict.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            }
        }
        return String.format(Locale.ROOT, "%-5s %s", name, words);
    }
}
