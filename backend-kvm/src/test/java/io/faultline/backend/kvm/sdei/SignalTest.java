/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.sdei.SdeiFunction;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignalTest {
    private final Bench bench = Bench.withDefaults(3);

    @ParameterizedTest
    @CsvSource({
        "refuse,0,false,-2",
        "refuse,1,false,-2",
        "refuse,3,false,0",
        "refuse,7,false,0",
        "refuse,5,false,-2",
        "refuse,4,false,-2",
        "refuse,3,true,-2",
        "refuse,1,true,-2",
        "refuse,7,true,-2",
        "pend,0,false,-2",
        "pend,1,false,0",
        "pend,3,false,0",
        "pend,7,false,0",
        "pend,5,false,0",
        "pend,4,false,-2",
        "pend,3,true,0",
        "pend,0,true,-2"
    })
    void answerDependsOnTheTargetAndTheSetting(String setting, int state, boolean masked, long expected) {
        Bench other = new Bench(2, Map.of("sdei.signal-not-ready", setting));
        other.bring(1, 0, state);
        if (masked) {
            other.mask(1);
        } else {
            other.unmask(1);
        }
        assertEquals(expected, other.signal(0, 1));
        assertEquals(expected == 0, other.instance(1, 0).isPending());
        assertFalse(other.instance(0, 0).isPending());
    }

    @Test
    void signalRunsTheHandlerOfTheTargetOnly() {
        for (int pe = 0; pe < 3; pe++) {
            bench.arm(pe, 0);
        }
        assertEquals(0, bench.signal(0, 2));
        assertFalse(bench.boundary(0));
        assertFalse(bench.boundary(1));
        assertTrue(bench.boundary(2));
        assertEquals(0, bench.pes.get(2).x[0]);
        assertEquals(3, bench.status(0, 0));
    }

    @Test
    void signalToSelfIsInterruptedAfterTheCallWithItsResult() {
        bench.arm(0, 0);
        assertEquals(0, bench.signal(0, 0));
        long next = bench.pes.get(0).pc;
        assertTrue(bench.boundary(0));
        assertEquals(next, bench.pes.get(0).x[2]);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_CONTEXT, 0));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_CONTEXT, 1));
    }

    @Test
    void signalsMergeUntilTheHandlerBegins() {
        bench.arm(1, 0);
        for (int i = 0; i < 5; i++) {
            assertEquals(0, bench.signal(0, 1));
        }
        assertTrue(bench.boundary(1));
        bench.complete(1);
        assertFalse(bench.boundary(1));
    }

    @Test
    void signalDuringItsHandlerGivesOneMoreRun() {
        bench.arm(0, 0);
        bench.signal(0, 0);
        assertTrue(bench.boundary(0));
        assertEquals(0, bench.signal(0, 0));
        assertFalse(bench.boundary(0));
        bench.complete(0);
        assertTrue(bench.boundary(0));
    }

    @ParameterizedTest
    @CsvSource({"1,0", "0,3", "0,16777216", "0,-1", "1077936129,0"})
    void wrongEventOrTargetIsInvalid(long event, long target) {
        bench.arm(0, 0);
        bench.arm(0, Bench.PRIVATE);
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_SIGNAL, event, target));
        assertFalse(bench.boundary(0));
    }

    @Test
    void signalIsPossibleFromTheHandlerOfAnotherEvent() {
        bench.arm(1, 0);
        bench.bring(0, Bench.PRIVATE, 7);
        assertEquals(0, bench.signal(0, 1));
        assertTrue(bench.boundary(1));
    }
}
