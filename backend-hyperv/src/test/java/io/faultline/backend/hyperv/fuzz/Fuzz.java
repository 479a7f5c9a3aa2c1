/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

/** Runs sequences of many seeds, from the command line. */
public final class Fuzz {
    private static final int STEPS = 10_000;
    private static final int TWICE = 16;

    private Fuzz() {}

    /**
     * Runs the sequences of every n-th seed until so many hypercalls have been made; ends with 1 if one fails. Arguments:
     * first seed, calls, n; or the seed of a sequence that is only to be shown.
     */
    public static void main(String... arguments) {
        long seed = Long.parseLong(arguments[0]);
        if (arguments.length == 1) {
            System.out.print(Generator.sequence(seed, STEPS));
            return;
        }
        long count = Long.parseLong(arguments[1]);
        long stride = Long.parseLong(arguments[2]);
        int length = arguments.length > 3 ? Integer.parseInt(arguments[3]) : STEPS;
        long begin = System.nanoTime();
        long calls = 0;
        long said = 0;
        int sequences = 0;
        for (; calls < count; seed += stride, sequences++) {
            Sequence sequence = Generator.sequence(seed, length);
            FuzzWorld.Outcome outcome = FuzzWorld.outcome(sequence);
            calls += outcome.calls();
            if (outcome.complaint().isEmpty() && sequences % TWICE == 0) {
                outcome = new FuzzWorld.Outcome(FuzzWorld.twice(sequence), 0, 0);
            }
            if (outcome.complaint().isPresent()) {
                System.out.println("seed " + seed + ": " + outcome.complaint().get());
                System.out.println(
                        new Shrinker().report("seed " + seed, sequence).orElse("not again"));
                System.exit(1);
            }
            if (calls - said >= 250_000) {
                said = calls;
                System.err.println("seed " + seed + ": " + calls + " calls, "
                        + calls * 1_000_000_000L / (System.nanoTime() - begin) + " a second, heap " + used() + " MiB");
            }
        }
        System.out.println(sequences + " sequences, " + calls + " calls, none fails; "
                + calls * 1_000_000_000L / (System.nanoTime() - begin) + " calls a second; go on with seed " + seed);
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory() >> 20;
    }
}
