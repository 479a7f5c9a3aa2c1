/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.GuestMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Says in words what the exits mean by which guests report their end in the way of one hypervisor. All of them end a run. */
final class BackendExits {
    private static final Map<String, BiFunction<SortedMap<String, Long>, GuestMemory, String>> KNOWN =
            Map.of("hyperv:crash", BackendExits::hypervCrash, "xen:shutdown", BackendExits::xenShutdown);

    /** Bit of the control word: the last two parameters are address and length of a text (hyperv.md 2.7). */
    private static final long HAS_MESSAGE = 1L << 62;

    private static final List<String> PARAMETERS = List.of("p0", "p1", "p2", "p3", "p4");
    /** More of a text than this is not looked at: a page, as much as Linux writes. */
    private static final int LONGEST_MESSAGE = 4096;

    private static final int LONGEST_LINE = 160;

    /** What the reasons of SCHEDOP_shutdown ask for that is not an event of the machine. */
    private static final Map<Long, String> REASONS = Map.of(
            2L, "to be suspended", 3L, "it crashed", 4L, "its watchdog ran out", 5L, "to start anew with its memory");

    private BackendExits() {}

    /**
     * Returns what happened.
     *
     * @param exit the exit of a vCPU
     * @param memory the memory of its machine
     * @return the rest of a sentence that begins with the vCPU and its PC, without a line break whatever the guest wrote
     */
    static String describe(VcpuExit.BackendSpecific exit, GuestMemory memory) {
        return KNOWN.getOrDefault(
                        exit.kind(),
                        (details, ignored) ->
                                "stopped for " + exit.kind() + " " + details + ", which this VMM does not know")
                .apply(exit.details(), memory);
    }

    private static String hypervCrash(SortedMap<String, Long> details, GuestMemory memory) {
        List<Long> parameters =
                PARAMETERS.stream().map(name -> details.getOrDefault(name, 0L)).toList();
        String report = "reported a crash with the parameters "
                + parameters.stream().map(BackendExits::hex).collect(Collectors.joining(", "));
        if ((details.getOrDefault("control", 0L) & HAS_MESSAGE) == 0) {
            return report;
        }
        return report + lastWords(parameters.get(3), parameters.get(4), memory);
    }

    private static String lastWords(long address, long length, GuestMemory memory) {
        byte[] text = new byte[(int) (length < 0 ? LONGEST_MESSAGE : Math.min(length, LONGEST_MESSAGE))];
        try {
            memory.read(address, text);
        } catch (HypervisorException e) {
            return "; its message cannot be read: " + e.attempted();
        }
        return new String(text, StandardCharsets.US_ASCII)
                .lines()
                .map(line -> line.replaceAll("[^ -~]", "").strip())
                .filter(line -> !line.isEmpty())
                .reduce((earlier, later) -> later)
                .map(line -> "; its message ends with \"" + shortened(line) + "\"")
                .orElse("; its message is empty");
    }

    private static String shortened(String line) {
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "...";
    }

    private static String xenShutdown(SortedMap<String, Long> details, GuestMemory memory) {
        long reason = details.getOrDefault("reason", -1L);
        return "shut down for reason " + reason + (REASONS.containsKey(reason) ? " (" + REASONS.get(reason) + ")" : "");
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
