/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One run of {@code guests/kernel.elf}: what the guest said and what its host counted. */
record KernelRun(CommandRun command, Map<String, Long> said, Map<String, Long> counted) {
    static final Path GUEST = Path.of("..", "guests", "kernel.elf");

    private static final String SAYS = "kernel: ";

    static KernelRun of(String... options) {
        return of(GUEST, options);
    }

    static KernelRun of(Path guest, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("run", guest.toString(), "--stats", "--max-instructions", "300000000"));
        arguments.addAll(List.of(options));
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        return new KernelRun(run, numbers(SAYS, run.out()), numbers("", run.err()));
    }

    /** Lines that are a name and a number. */
    static Map<String, Long> numbers(String begin, String text) {
        Map<String, Long> numbers = new TreeMap<>();
        text.lines()
                .filter(line -> line.startsWith(begin) && line.matches(".* [0-9]+"))
                .forEach(line -> numbers.put(
                        line.substring(begin.length(), line.lastIndexOf(' ')),
                        Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))));
        return numbers;
    }

    /** A number of the guest. */
    long said(String name) {
        return number(said, name);
    }

    /** A number of the guest, added up over its processors. */
    long sum(String name, int processors) {
        long sum = 0;
        for (int i = 0; i < processors; i++) {
            sum += said("processor " + i + " " + name);
        }
        return sum;
    }

    /** A number of the host. */
    long counted(String name) {
        return number(counted, name);
    }

    private static long number(Map<String, Long> numbers, String name) {
        Long found = numbers.get(name);
        if (found == null) {
            throw new AssertionError("no number " + name + " among " + numbers);
        }
        return found;
    }

    /** It ended well, and every page was read, or written and read, and had what it should have. */
    KernelRun verified(long pages, long ownPages) {
        assertEquals(0, command.status(), command.out() + command.err());
        assertEquals(pages, said("pages verified"));
        assertEquals(ownPages, said("own pages verified"));
        assertEquals(0, said("bytes wrong"));
        return this;
    }
}
