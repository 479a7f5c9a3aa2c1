/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest of Hyper-V that comes with the project: everything it checks holds, whatever its host leaves out. */
class HypervGuestTest {
    private static final String GUEST = Path.of("..", "guests", "hyperv.elf").toString();
    private static final String PORTS = "hyperv:hyperv.privileges=0x000a00f00000027f";

    private static CommandRun run(int cpus, String backend, String bus) {
        return CommandRun.of(
                "run",
                GUEST,
                "--cpus",
                Integer.toString(cpus),
                "--backend",
                backend,
                "--vmbus",
                bus,
                "--max-instructions",
                "300000000");
    }

    private static List<String> lines(CommandRun run, String begin) {
        return run.out().lines().filter(line -> line.startsWith(begin)).toList();
    }

    private static CommandRun passed(CommandRun run, int atLeast) {
        assertEquals(List.of(), lines(run, "FAILED"));
        assertEquals("", run.err());
        int checked = lines(run, "ok: ").size();
        assertTrue(run.out().endsWith("hyperv: " + checked + " checked, 0 failed\nhyperv: powering off\n"), run.out());
        assertTrue(checked >= atLeast, checked + " were checked");
        assertEquals(0, run.status());
        return run;
    }

    @ParameterizedTest
    @CsvSource({"1, 950", "2, 1050", "4, 1350"})
    void everythingHoldsWithPortsAndAChannel(int cpus, int atLeast) {
        CommandRun run = passed(run(cpus, PORTS, "echo"), atLeast);
        assertEquals(List.of(), lines(run, "skipped"));
        assertEquals(run.out(), run(cpus, PORTS, "echo").out(), "and is said in the same order each time");
    }

    @Test
    void aHostWithItsDefaultsLetsNobodyConnect() {
        CommandRun run = passed(run(1, "hyperv", "empty"), 700);
        assertEquals(
                List.of(
                        "skipped: messages: connections of the guest's own are not permitted",
                        "skipped: events: connections of the guest's own are not permitted",
                        "skipped: bus: the bus has no channels"),
                lines(run, "skipped"));
        assertEquals(4, lines(run, "ok: messages:").size(), "four calls are denied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hyperv.synthetic-timers=absent",
                "hyperv.synthetic-timers=message",
                "hyperv.crash-registers=absent",
                "hyperv.polling=absent",
                "hyperv.reps-per-entry=1",
                "hyperv.reps-per-entry=4095"
            })
    void whatAHostLeavesOutIsNoticed(String setting) {
        passed(run(2, PORTS + "," + setting, "echo"), 900);
    }

    /** Bits 11 and 33, too: frequencies and the partition's identifier. */
    @Test
    void morePrivilegesLetItDoMore() {
        passed(run(1, "hyperv:hyperv.privileges=0x000a00f200000a7f", "none"), 850);
    }

    @Test
    void aHostThatAnswersOtherwiseIsFoundOut() {
        CommandRun run = run(1, PORTS + ",hyperv.straddle-status=3", "none");
        assertEquals(1, run.status());
        List<String> failed = lines(run, "FAILED: ");
        assertTrue(
                failed.contains("FAILED: memory: HVC #0: input across the end of a page (0x3, not 0x4)"),
                failed.toString());
        assertTrue(failed.stream()
                .allMatch(line -> line.startsWith("FAILED: memory: ") || line.startsWith("FAILED: lists: ")));
        assertTrue(run.out().endsWith(" checked, " + failed.size() + " failed\n"), run.out());
    }
}
