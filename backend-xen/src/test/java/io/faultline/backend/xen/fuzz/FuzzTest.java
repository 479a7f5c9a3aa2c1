/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random hypercalls from hostile guests; {@code lanes/xen/fuzz.sh} makes many more. */
class FuzzTest {
    private static final int SEQUENCES = 12;
    private static final int STEPS = 600;

    @Test
    void noSequenceBreaksAProperty() {
        long calls = 0;
        for (long seed = 1; seed <= SEQUENCES; seed++) {
            Sequence sequence = Generator.sequence(seed, STEPS);
            FuzzWorld.Outcome outcome = FuzzWorld.outcome(sequence);
            calls += outcome.calls();
            if (outcome.complaint().isPresent()) {
                throw new AssertionError(new Shrinker()
                        .report("seed " + seed, sequence)
                        .orElse(outcome.complaint().get()));
            }
        }
        assertTrue(calls > SEQUENCES * STEPS / 2, calls + " calls were made");
    }

    @Test
    void aSequenceIsWhatItIsPrintedAs() {
        Sequence sequence = Generator.sequence(7, 200);
        assertEquals(sequence, Sequence.parse(sequence.toString()));
        assertEquals(sequence, Generator.sequence(7, 200));
    }

    // What has been found once. The text is what the shrinker prints.

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A machine that took over a state forgot which bits were pending, with the ports it was built with.
                """
                1 4 flat xen.max-ports=5000 xen.upcall=resampled xen.xsm=dummy
                console 0 78c
                move 0
                """,
                // It lowered the lines of vCPUs above 0 that had been restored.
                """
                1 4 flat xen.max-ports=5000 xen.upcall=resampled xen.xsm=dummy
                longs 0 40100600 40031 0
                call 0 0 18 a 3 40100600 0 0
                move 0
                """,
                // A list whose second entry was on an absent page was made from its beginning when the page had come.
                """
                2 1 flat xen.max-ports=9 xen.upcall=edge xen.xsm=dummy
                evict 0 4010a000 0
                words 0 40100500 7fff7ff0 0
                longs 0 40109fc0 20 0 6 40100500 0 0 0
                call 0 0 d 40109fc0 4 0 0 0
                """,
                // populate_physmap put a page in the place of one that had failed to come, and that was still counted.
                """
                1 1 flat xen.max-ports=9 xen.upcall=edge xen.xsm=dummy
                evict 0 40027000 7fffffff
                longs 0 40104ff8 40025 0
                call 0 0 20 b 40104ff8 0 0 0
                longs 0 40100440 40021 0 0 0
                longs 0 40100400 40100440 5 0 7ff0
                call 0 0 c 1 40100400 0 0 0
                longs 0 40100000 40027
                call 0 0 20 c 40100000 0 0 0
                longs 0 40100240 40027 0 0 0
                longs 0 40100200 40100240 3 0 7ff0
                call 0 0 c 6 40100200 0 0 0
                move 0
                """,
            })
    void whatWasFoundOnceIsNotFoundAgain(String sequence) {
        assertEquals(Optional.empty(), FuzzWorld.complaint(Sequence.parse(sequence)));
    }
}
