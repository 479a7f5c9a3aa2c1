/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.Verdict;
import java.util.List;
import java.util.Map;

/**
 * Writes reports in the JUnit XML form that build servers read: one test suite for each backend, one test case for each
 * rule. No times: the suite runs in virtual time.
 *
 * @since 0.1
 */
public final class JunitXmlReport {
    private JunitXmlReport() {}

    /**
     * Writes reports.
     *
     * @param reports one for each backend
     * @return XML text
     */
    public static String render(List<ConformanceReport> reports) {
        XmlText xml = new XmlText();
        xml.declaration();
        if (reports.size() == 1) {
            suite(xml, reports.get(0));
        } else {
            xml.element("testsuites", () -> reports.forEach(report -> suite(xml, report)));
        }
        xml.line();
        return xml.toString();
    }

    private static void suite(XmlText xml, ConformanceReport report) {
        Map<Verdict, Integer> totals = report.totals();
        int errors = totals.get(Verdict.ERROR) + totals.get(Verdict.TIMED_OUT);
        int failures = totals.get(Verdict.FAIL) + totals.get(Verdict.INCONCLUSIVE);
        int skipped =
                totals.get(Verdict.NOT_APPLICABLE) + totals.get(Verdict.NOT_CHECKED) + totals.get(Verdict.KNOWN_ISSUE);
        xml.element(
                "testsuite",
                () -> {
                    xml.line();
                    report.results().forEach(result -> testCase(xml, report, result));
                },
                "name",
                "faultline." + report.backend().id(),
                "time",
                "0",
                "tests",
                Integer.toString(report.results().size()),
                "errors",
                Integer.toString(errors),
                "skipped",
                Integer.toString(skipped),
                "failures",
                Integer.toString(failures));
    }

    private static void testCase(XmlText xml, ConformanceReport report, RuleResult result) {
        xml.element(
                "testcase",
                () -> outcome(xml, result),
                "name",
                result.rule().id(),
                "classname",
                "faultline." + report.backend().id() + "." + result.rule().chapter(),
                "time",
                "0");
        xml.line();
    }

    private static void outcome(XmlText xml, RuleResult result) {
        String message = result.message();
        String type = result.verdict().name();
        switch (result.verdict()) {
            case PASS -> {}
            case FAIL, INCONCLUSIVE -> xml.leaf("failure", result.explanation(), "message", message, "type", type);
            case ERROR, TIMED_OUT -> xml.leaf("error", result.explanation(), "message", message, "type", type);
            case NOT_APPLICABLE, KNOWN_ISSUE, NOT_CHECKED ->
                xml.element("skipped", () -> {}, "message", type + ": " + message);
        }
    }
}
