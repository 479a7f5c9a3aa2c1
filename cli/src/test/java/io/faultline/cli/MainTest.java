/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    @ParameterizedTest(name = "faultline {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''| No command is given (see 'faultline --help')",
                "bogus| Unknown command: 'bogus' (see 'faultline --help')",
                "backend| Unknown command: 'backend'; did you mean backends? (see 'faultline --help')",
                "--bogus| Unknown option: '--bogus' (see 'faultline --help')",
                "run| Missing required parameter: 'FILE' (see 'faultline run --help')",
                "run a b| Unmatched argument at index 2: 'b' (see 'faultline run --help')",
                "run x --inject-memory-error 5| --inject-memory-error: only a guest that is run with --acpi can be told of"
                        + " a memory error; add --acpi, or ':abort' to lose the page (see 'faultline run --help')",
                "run --stat x| Unknown option: '--stat'; did you mean --stats? (see 'faultline run --help')",
                "run x --cpus| Missing required parameter for option '--cpus' (N) (see 'faultline run --help')",
                "run x --cpus y| Invalid value for option '--cpus': 'y' is not an int (see 'faultline run --help')",
                "run x --cpus 0| --cpus: 0 is less than 1 (see 'faultline run --help')",
                "run x --max-instructions 0| --max-instructions: 0 is less than 1 (see 'faultline run --help')",
                "run x --el 3| --el: a guest starts at EL1 or EL2, not at EL3 (see 'faultline run --help')",
                "run x --memory 5| Invalid value for option '--memory': memory region 0x40000000 + 0x5 is not a"
                        + " positive number of whole 4 KiB pages (see 'faultline run --help')",
                "run x --absent 5| Invalid value for option '--absent' (BASE:SIZE[:LATENCY_NS]): '5' is not of the form"
                        + " BASE:SIZE[:LATENCY_NS] (see 'faultline run --help')"
            })
    void aWrongCommandLineIsOneLineAndStatusTwo(String line, String expected) {
        CommandRun run = CommandRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertEquals("faultline: " + expected + System.lineSeparator(), run.err());
        assertEquals("", run.out());
        assertEquals(2, run.status());
    }

    @Test
    void helpIsAResult() {
        CommandRun run = CommandRun.of("--help");
        assertEquals(0, run.status());
        assertEquals("", run.err());
        assertTrue(run.out().contains("backends"), run.out());
        assertTrue(CommandRun.of("run", "--help").out().contains("--max-instructions=N"));
    }

    @Test
    void theVersionIsAResult() {
        CommandRun run = CommandRun.of("--version");
        assertEquals(0, run.status());
        assertTrue(run.out().startsWith("faultline "), run.out());
    }

    @Test
    void debugAddsAStackTraceToWhatTheErrorSays() {
        CommandRun quiet = CommandRun.of("run", "/nowhere");
        assertEquals(
                "faultline: there is no such file (/nowhere) [INVALID_IMAGE]" + System.lineSeparator(), quiet.err());
        CommandRun loud = CommandRun.of("--debug", "run", "/nowhere");
        assertTrue(loud.err().startsWith(quiet.err()), loud.err());
        assertTrue(loud.err().contains("\tat io.faultline.vmm"), loud.err());
        assertEquals(2, loud.status());
        assertTrue(CommandRun.of("run", "--debug", "/nowhere").err().contains("\tat "));
    }

    @Test
    void anErrorThatNobodyExpectedIsOneLine() {
        PrintStream out = new PrintStream(OutputStream.nullOutputStream()) {
            @Override
            public void println(String text) {
                throw new OutOfMemoryError("no memory\nfor this");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                new String[] {"backends", "--json"},
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                InputStream.nullInputStream());
        assertEquals(
                "faultline: internal error: java.lang.OutOfMemoryError: no memory for this; run again with --debug for"
                        + " details" + System.lineSeparator(),
                err.toString(StandardCharsets.UTF_8));
        assertEquals(1, status);
    }

    @Test
    void theStatusesAreWhatScriptsRelyOn() {
        assertEquals(0, ExitStatus.FINE.code());
        assertEquals(1, ExitStatus.FAILED.code());
        assertEquals(2, ExitStatus.USAGE.code());
        assertEquals(3, ExitStatus.UNAVAILABLE.code());
        assertEquals(4, ExitStatus.BUDGET.code());
    }
}
