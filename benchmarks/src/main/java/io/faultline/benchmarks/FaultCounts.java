/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import java.util.List;

/** Prints what one announced fault and one event make the guest and the host do: counts, the same on every machine. */
public final class FaultCounts {
    private static final List<String> COUNTERS = List.of(
            "instructions",
            "aborts.stage2",
            "calls.hvc",
            "diversions",
            "waits.interrupt",
            "exits.wait-for-interrupt",
            "apf.announced",
            "apf.page-ins");

    private FaultCounts() {}

    /**
     * Prints the table.
     *
     * @param arguments the route, sdei if there is none
     */
    public static void main(String[] arguments) {
        FaultGuest guest = new FaultGuest(1, arguments.length == 0 ? "sdei" : arguments[0], 64);
        long page = FaultGuest.page(0);
        long[] start = read(guest);
        guest.makeAbsent(page);
        guest.touch(0, page);
        guest.complete(page);
        guest.idle(0);
        long[] fault = read(guest);
        guest.inject(0);
        guest.idle(0);
        long[] event = read(guest);
        System.out.printf("%-26s %8s %8s%n", "count", "fault", "event");
        for (int i = 0; i < COUNTERS.size(); i++) {
            System.out.printf("%-26s %8d %8d%n", COUNTERS.get(i), fault[i] - start[i], event[i] - fault[i]);
        }
    }

    private static long[] read(FaultGuest guest) {
        return COUNTERS.stream().mapToLong(guest::counter).toArray();
    }
}
