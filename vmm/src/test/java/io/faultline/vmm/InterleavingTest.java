/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InterleavingTest {
    @Test
    void isTheGeneratorThatTheJdkSpecifies() {
        for (long seed : new long[] {0, 1, -1, 42, Long.MIN_VALUE, 0x1234_5678_9ABCL}) {
            Random random = new Random(seed);
            Interleaving interleaving = new Interleaving(seed);
            for (int bound : new int[] {1, 2, 3, 7, 8, 512, 10_000, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE}) {
                for (int i = 0; i < 100; i++) {
                    assertEquals(random.nextInt(bound), interleaving.next(bound));
                }
            }
        }
    }

    @Test
    void goesOnWhereItWasSaved() {
        Interleaving one = new Interleaving(5);
        one.next(100);
        StateWriter writer = new StateWriter();
        writer.element(one);
        Interleaving other = new Interleaving(6);
        new StateReader(writer.values()).element(other);
        for (int i = 0; i < 10; i++) {
            assertEquals(one.next(1000), other.next(1000));
        }
        one.reset();
        assertEquals(new Random(5).nextInt(77), one.next(77));
    }

    @Test
    void refusesAnImpossibleState() {
        StateReader reader = new StateReader(Map.of("state", new StateValue.Word(1L << 48)));
        assertThrows(HypervisorException.class, () -> new Interleaving(0).restore(reader));
    }
}
