/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The guests that come with the project, as anybody would run them. */
class BuiltGuestsTest {
    private static String guest(String name) {
        return Path.of("..", "guests", name + ".elf").toString();
    }

    private static Map<String, Long> numbers(String text, String begin, int at) {
        Map<String, Long> numbers = new TreeMap<>();
        text.lines()
                .filter(line -> line.matches(begin + ".* [0-9]+"))
                .forEach(line -> numbers.put(
                        line.substring(at, line.lastIndexOf(' ')),
                        Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))));
        return numbers;
    }

    @Test
    void helloPrintsAndPowersOff() {
        CommandRun run = CommandRun.of("run", guest("hello"));
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("hello: this is a guest\n"), run.out());
        assertTrue(run.out().endsWith("hello: powering off\n"), run.out());
        assertEquals(0, run.status());
    }

    @Test
    void smpUsesAllVcpusWhateverTheirInterleaving() {
        for (String seed : new String[] {"0", "1", "2"}) {
            CommandRun run = CommandRun.of("run", guest("smp"), "--cpus", "4", "--seed", seed);
            assertEquals("", run.err());
            assertTrue(run.out().contains("smp: processor 3 received 1000 interrupts\n"), run.out());
            assertEquals(0, run.status());
        }
    }

    @Test
    void apfAgreesWithTheCountersOfItsHost() {
        CommandRun run = CommandRun.of("run", guest("apf"), "--backend", "kvm", "--stats");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("apf: 256 pages verified, 0 bytes wrong\n"), run.out());
        Map<String, Long> said = numbers(run.out(), "apf: ", "apf: ".length());
        Map<String, Long> counted = numbers(run.err(), "apf\\.", "apf.".length());
        assertEquals(256, counted.get("page-ins"));
        assertEquals(counted.get("announced"), said.get("announced"));
        assertEquals(counted.get("ready"), said.get("ready"));
        assertEquals(counted.get("wake-alls"), said.get("wake-all"));
        assertEquals(counted.get("declined"), said.get("declined"));
        assertEquals(256 - counted.get("announced"), said.get("synchronous"), "pages that were not announced");
        assertEquals(
                counted.get("announced"),
                counted.get("ready")
                        + counted.get("covered-by-wake-all")
                        + counted.get("cancelled")
                        + counted.get("outstanding"));
    }
}
