/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.faultline.cli.providers.StubProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandTest {
    @TempDir
    Path folder;

    private CommandRun hollow(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "conformance",
                "--plugin",
                PluginJar.naming(folder, StubProvider.Hollow.class),
                "--backend",
                "hollow:colour=green"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static CommandRun kvm(String... more) {
        List<String> arguments = new ArrayList<>(List.of("conformance", "--backend", "kvm"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static void assertEnds(int status, String message, CommandRun run) {
        assertEquals("faultline: " + message + System.lineSeparator(), run.err());
        assertEquals(status, run.status());
    }

    private static JsonObject onlyRule(Path json) throws IOException {
        JsonObject root = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        JsonElement backend = root.getAsJsonArray("backends").get(0);
        return backend.getAsJsonObject().getAsJsonArray("rules").get(0).getAsJsonObject();
    }

    @Test
    void rulesThatHoldAreFine() {
        CommandRun run = kvm("--rule", "SDEI-131", "--rule", "API-015");
        assertEquals("", run.err());
        assertEquals(0, run.status(), run.out());
        assertTrue(run.out().contains("SDEI-131 PASS: X2 = interrupted PC"), run.out());
        assertTrue(run.out().contains("API-015 PASS: "), run.out());
        assertTrue(run.out().contains("all   2 pass, 0 fail"), run.out());
    }

    @Test
    void aRuleThatFailsIsStatusOne() throws IOException {
        CommandRun run = hollow("--rule", "API-015");
        assertEquals("", run.err());
        assertEquals(1, run.status());
        assertTrue(run.out().startsWith("API-015 ERROR: "), run.out());
        assertTrue(run.out().contains("there is nothing inside"), run.out());
    }

    @Test
    void aWholeRunInWhichNothingPassedIsStatusOne() throws IOException {
        assertEquals(1, hollow().status());
    }

    @Test
    void rulesThatAreNotCheckedDoNotFail() throws IOException {
        CommandRun run = hollow("--rule", "SDEI-001");
        assertEquals(run.out().contains("NOT_CHECKED") ? 0 : 1, run.status(), run.out());
    }

    @Test
    void reportsAreWritten() throws IOException {
        Path json = folder.resolve("out.json");
        Path report = folder.resolve("deep/report");
        kvm("--rule", "SDEI-131", "--seed", "9", "--json", json.toString(), "--report", report.toString());
        JsonObject rule = onlyRule(json);
        assertEquals("SDEI-131", rule.get("id").getAsString());
        assertEquals("MUST", rule.get("level").getAsString());
        assertEquals("PASS", rule.get("verdict").getAsString());
        assertEquals(9, rule.get("seed").getAsLong());
        assertEquals(Files.readString(json), Files.readString(report.resolve("report.json")));
        assertTrue(Files.readString(report.resolve("index.html")).contains("SDEI-131"));
        assertTrue(Files.readString(report.resolve("junit.xml")).contains("SDEI-131"));
    }

    @Test
    void aTokenOfAReportIsReplayed() throws IOException {
        Path json = folder.resolve("out.json");
        Path trace = folder.resolve("trace.txt");
        kvm("--rule", "SDEI-131", "--json", json.toString());
        String token = onlyRule(json).get("replay").getAsString();
        CommandRun run = CommandRun.of("replay", token, "--trace", trace.toString());
        assertEquals("", run.err());
        assertEquals(0, run.status());
        assertTrue(run.out().startsWith("SDEI-131 [MUST] PASS"), run.out());
        assertTrue(run.out().contains("The trace is the same to the last event."), run.out());
        assertTrue(Files.readAllLines(trace).size() > 3);
        String other = token.substring(0, token.indexOf('#')) + "#0123456789abcdef";
        CommandRun different = CommandRun.of("replay", other);
        assertTrue(different.out().contains("The trace is not the one that the token names"), different.out());
        assertEquals(0, different.status());
        assertEnds(
                2,
                "the trace cannot be written to /nowhere/trace: there is no such file or folder",
                CommandRun.of("replay", token, "--trace", "/nowhere/trace"));
    }

    @Test
    void theReplayOfAFailureIsStatusOne() throws IOException {
        Path json = folder.resolve("out.json");
        hollow("--rule", "API-015", "--json", json.toString());
        String token = onlyRule(json).get("replay").getAsString();
        assertTrue(token.startsWith("hollow:colour=green/API-015@"), token);
        String plugin = PluginJar.naming(folder, StubProvider.Hollow.class);
        CommandRun run = CommandRun.of("replay", token, "--plugin", plugin);
        assertTrue(run.out().startsWith("API-015 [MUST] ERROR"), run.out());
        assertEquals(1, run.status());
    }

    @Test
    void aTokenThatIsNoneIsStatusTwo() {
        CommandRun run = CommandRun.of("replay", "bogus");
        assertTrue(run.err().startsWith("faultline: 'bogus' is not a replay token; "), run.err());
        assertEquals(2, run.status());
        assertEquals(
                2, CommandRun.of("replay", "bogus/SDEI-131@1#0123456789abcdef").status());
        assertEquals(
                2, CommandRun.of("replay", "kvm/XYZ-131@1#0123456789abcdef").status());
    }

    @Test
    void anUnknownRuleIsStatusTwo() {
        assertEnds(
                2,
                "no rule matches 'ACME-*'; 'faultline conformance --list' shows them all",
                kvm("--rule", "SDEI-*", "--rule", "ACME-*"));
    }

    @Test
    void anUnknownBackendIsStatusTwo() {
        CommandRun run = CommandRun.of("conformance", "--backend", "bogus");
        assertTrue(run.err().startsWith("faultline: no backend has the id 'bogus'"), run.err());
        assertEquals(2, run.status());
    }

    @Test
    void rulesAreListed() {
        CommandRun run = CommandRun.of("conformance", "--list", "--rule", "sdei-13?");
        assertEquals(0, run.status());
        assertEquals(10, run.out().lines().count());
        assertTrue(run.out().startsWith("SDEI-130 MUST: "), run.out());
    }

    @Test
    void aWaivedFailureIsFine() throws IOException {
        Path waivers =
                Files.writeString(folder.resolve("waivers.txt"), "API-015 hollow 9999-12-31 https://example.org/1\n");
        CommandRun run = hollow("--rule", "API-015", "--waivers", waivers.toString());
        assertEquals(0, run.status(), run.out());
        assertTrue(run.out().startsWith("API-015 KNOWN_ISSUE: "), run.out());
        Files.writeString(waivers, "API-015 hollow 2020-01-01 https://example.org/1\n");
        assertEquals(
                1, hollow("--rule", "API-015", "--waivers", waivers.toString()).status());
    }

    @Test
    void waiversThatCannotBeReadAreStatusTwo() throws IOException {
        assertEnds(2, "waivers /nowhere cannot be read: there is no such file or folder", kvm("--waivers", "/nowhere"));
        Path waivers = Files.writeString(folder.resolve("waivers.txt"), "bogus\n");
        CommandRun run = kvm("--waivers", waivers.toString());
        assertTrue(run.err().contains("waivers.txt:1"), run.err());
        assertEquals(2, run.status());
    }

    @Test
    void aReportThatCannotBeWrittenIsStatusTwoBeforeAnythingRuns() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertEnds(
                2,
                "the report cannot be written to " + file + ": there is a file of that name",
                kvm("--report", file.toString()));
        CommandRun run = kvm("--json", "/nowhere/out.json");
        assertEnds(2, "the report cannot be written to /nowhere/out.json: there is no such file or folder", run);
        assertEquals("", run.out());
    }

    @Test
    void aReportThatCannotBeWrittenAtTheEndIsStatusTwo() throws IOException {
        Path report = folder.resolve("report");
        Files.createDirectories(report.resolve("index.html"));
        CommandRun run = kvm("--rule", "API-015", "--report", report.toString());
        assertTrue(run.err().startsWith("faultline: the report cannot be written to " + report + ": "), run.err());
        assertEquals(2, run.status());
    }

    @Test
    void backendsThatDoNotWorkHereAreLeftOutWithANote() throws IOException {
        CommandRun run = CommandRun.of(
                "conformance", "--plugin", PluginJar.naming(folder, StubProvider.Missing.class), "--rule", "API-015");
        assertEnds(0, "backend missing does not work here and is not checked: there is no /dev/stub", run);
        assertTrue(run.out().contains("backend kvm ("), run.out());
    }

    @Test
    void progressIsShownOnATerminalAndRemoved() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                new String[] {"conformance", "--backend", "kvm", "--rule", "API-015", "--rule", "SDEI-131"},
                new Session(
                        new PrintStream(OutputStream.nullOutputStream()),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        InputStream.nullInputStream(),
                        true));
        assertEquals(0, status);
        assertEquals("\r1/2 API-015\r2/2 SDEI-131\r            \r", err.toString(StandardCharsets.UTF_8));
    }
}
