/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ReplayToken;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.engine.Waiver;
import io.faultline.conformance.fake.FakeBackend;
import io.faultline.conformance.rule.Gate;
import io.faultline.conformance.rule.Level;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.scenario.CutPlan;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ReportTest {
    private static final ReplayToken TOKEN = new ReplayToken("fake", "", "AA-001", 3, CutPlan.NONE, 0xABC);

    private static Rule rule(String id) {
        return new Rule(
                id,
                Level.IMPL_DEFINED,
                "A < B & \"C\" > D.",
                "somewhere",
                List.of(new Gate("vcpus", true, 2)),
                "0.1",
                List.of("look <here>"),
                Optional.empty());
    }

    private static RuleResult result(String id, Verdict verdict, String message) {
        boolean problem = verdict.isProblem();
        return new RuleResult(
                rule(id),
                verdict,
                message,
                List.of("seen", "missed"),
                List.of("seen"),
                3,
                Optional.of(TOKEN),
                problem ? List.of("line </pre> 1", "line \u001b\uD800 2") : List.of(),
                17);
    }

    private static ConformanceReport report(Verdict... verdicts) {
        List<RuleResult> results = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            results.add(result(
                    String.format("AA-%03d", results.size() + 1),
                    verdict,
                    verdict == Verdict.PASS ? "" : "looked at: <x>\nexpected:  1"));
        }
        return new ConformanceReport(
                FakeBackend.DESCRIPTOR,
                new TreeMap<>(Map.of("mood", "good")),
                CapabilitySet.builder().with(Capabilities.VCPUS, 2).build(),
                "0.1",
                "0123456789abcdef",
                "none",
                List.of(new Waiver("AA-007", "fake", LocalDate.of(2026, 3, 1), "https://issues/1")),
                results);
    }

    private static ConformanceReport everyVerdict() {
        return report(Verdict.values());
    }

    /** Run with -Dfaultline.record=true after a change that is meant, and look at the difference before committing. */
    private static void assertGolden(String name, String actual) throws IOException {
        Path file = Path.of("src/test/resources/io/faultline/conformance/report", name);
        if (Boolean.getBoolean("faultline.record")) {
            Files.writeString(file, actual);
        }
        assertEquals(Files.readString(file), actual);
    }

    private static Element parse(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
    }

    @Test
    void jsonListsEveryRule() throws IOException {
        assertGolden("two-verdicts.json", JsonReport.render(List.of(report(Verdict.PASS, Verdict.FAIL))));
        JsonObject all = JsonParser.parseString(JsonReport.render(List.of(everyVerdict(), everyVerdict())))
                .getAsJsonObject();
        assertEquals(2, all.getAsJsonArray("backends").size());
        JsonObject backend = all.getAsJsonArray("backends").get(0).getAsJsonObject();
        assertEquals(8, backend.getAsJsonArray("rules").size());
        assertFalse(backend.get("conforming").getAsBoolean());
    }

    @Test
    void textShowsProblemsAndTotals() throws IOException {
        assertGolden("every-verdict.txt", TextReport.render(everyVerdict()));
        assertTrue(TextReport.render(report(Verdict.PASS)).endsWith("\nAA    1 pass, 0 fail\nall   1 pass, 0 fail\n"));
    }

    @Test
    void junitXmlHasTheFormOfSurefire() throws Exception {
        assertGolden("every-verdict.xml", JunitXmlReport.render(List.of(everyVerdict())));
        Element suite = parse(JunitXmlReport.render(List.of(everyVerdict())));
        assertEquals("testsuite", suite.getTagName());
        assertEquals("8", suite.getAttribute("tests"));
        assertEquals("2", suite.getAttribute("failures"));
        assertEquals("2", suite.getAttribute("errors"));
        assertEquals("3", suite.getAttribute("skipped"));
        Element both = parse(JunitXmlReport.render(List.of(everyVerdict(), report(Verdict.PASS))));
        assertEquals("testsuites", both.getTagName());
        assertEquals(2, both.getElementsByTagName("testsuite").getLength());
    }

    @Test
    void htmlIsOnePageThatNeedsNothingElse() {
        String html = HtmlReport.render(List.of(everyVerdict()));
        assertTrue(html.startsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
        assertTrue(html.contains("A &lt; B &amp; \"C\" &gt; D."));
        assertTrue(html.contains("<dd>look &lt;here&gt;</dd>"));
        assertTrue(html.contains("line &lt;/pre&gt; 1\nline \uFFFD\uFFFD 2"));
        assertTrue(html.contains("Fake &lt;backend&gt; (fake)"));
        assertTrue(html.contains("faultline replay 'fake/AA-001@3#0000000000000abc'"));
        assertTrue(html.contains("4 rules are not kept or could not be judged."));
        assertFalse(html.matches("(?s).*(src|href)=.*"));
        assertTrue(
                HtmlReport.render(List.of(report(Verdict.PASS))).contains("Every selected rule that applies is kept."));
    }

    @Test
    void nothingIsEscapedInStyleAndScript() {
        String html = HtmlReport.render(List.of(everyVerdict()));
        for (String tag : List.of("style", "script")) {
            String content = html.substring(html.indexOf("<" + tag + ">"), html.indexOf("</" + tag + ">"));
            assertFalse(content.contains("&"), content);
        }
    }

    @Test
    void everyElementOfThePageIsClosed() throws Exception {
        String html = HtmlReport.render(List.of(everyVerdict(), report(Verdict.PASS)));
        String closed = html.replaceAll("<(meta|input)([^>]*)>", "<$1$2/>").replace("<!DOCTYPE html>", "");
        assertEquals("html", parse(closed).getTagName());
    }

    @Test
    void threeFilesAreWritten(@TempDir Path directory) throws IOException {
        Path target = directory.resolve("a/b");
        ReportWriter.write(target, List.of(everyVerdict()));
        assertTrue(Files.readString(target.resolve("index.html")).contains("AA-008"));
        assertTrue(Files.readString(target.resolve("report.json")).contains("AA-008"));
        assertTrue(Files.readString(target.resolve("junit.xml")).contains("AA-008"));
        Path file = Files.createFile(directory.resolve("file"));
        assertThrows(UncheckedIOException.class, () -> ReportWriter.write(file, List.of()));
    }
}
