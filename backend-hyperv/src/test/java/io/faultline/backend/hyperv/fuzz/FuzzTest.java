/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HV-180, HV-181: random sequences break nothing, and what once did does not do it again. */
class FuzzTest {
    private static final int SEQUENCES = 24;
    private static final int STEPS = 1500;

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
        assertTrue(calls > SEQUENCES * STEPS / 3, calls + " calls were made");
    }

    @Test
    void aSequenceEndsTheSameEachTime() {
        for (long seed = 101; seed <= 104; seed++) {
            assertEquals(Optional.empty(), FuzzWorld.twice(Generator.sequence(seed, STEPS)));
        }
    }

    @Test
    void aSequenceIsWhatItIsPrintedAs() {
        Sequence sequence = Generator.sequence(7, 400);
        assertEquals(sequence, Sequence.parse(sequence.toString()));
        assertEquals(sequence, Generator.sequence(7, 400));
    }

    // What has been found once, or was looked at closely. The text is what the shrinker prints.

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A crash that a vCPU wrote to the registers of another one was not reported, and that one lost a step.
                """
                1 2 hyperv.other-vcpus=allowed
                power 0 1
                call 0 0 0 300010051 ffffffffffffffff 1 215 0 88ad7b22e7f2a22f 0 0 0 0 0 0 0 0 0
                call 0 1 0 0 0 0
                """,
                // A list that moves the page of messages onto its own parameters, one element at a time.
                """
                1 1 hyperv.reps-per-entry=1
                call 0 0 0 100010051 ffffffffffffffff fffffffe 90002 0 810000060c750000 0
                longs 0 40004000 ffffffffffffffff fffffffe a0013 0 40004001 0 a0010 0 1 0
                call 0 0 0 200000051 40004000 0
                call 0 0 1 100010050 ffffffffffffffff fffffffe a0013
                """,
                // A port that is closed by the VMM while a guest's message to another connection reaches the VMM.
                """
                1 1
                call 0 0 0 100010051 ffffffffffffffff fffffffe 90002 0 810000060c750000 0
                message-port 0 1 0 2
                connect 0 3 0 1
                listen 0 1 0
                react 0 4 1 0 0
                words 0 40004000 1 0 1 8
                call 0 0 0 5c 40004000 0
                words 0 40004000 3
                call 0 0 0 5c 40004000 0
                """,
            })
    void whatWasFoundOnceIsNotFoundAgain(String sequence) {
        assertEquals(Optional.empty(), FuzzWorld.complaint(Sequence.parse(sequence)));
    }
}
