/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.backend.kvm.sdei.Bench.OTHER;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE_CRITICAL;
import static io.faultline.backend.kvm.sdei.Bench.SHARED;
import static io.faultline.backend.kvm.sdei.Bench.SHARED_CRITICAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.sdei.SdeiFunction;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions, order, nesting, routing and every point at which events are reconsidered (sdei.md, 3.1, 3.6, 3.7). */
class DispatchTest {
    private final Bench bench = Bench.withDefaults(3);

    private void take(int pe, int event) {
        assertTrue(bench.boundary(pe), "PE " + pe + " took nothing");
        assertEquals(event, bench.running(pe));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 5, 0x3C5, 0x3C0, 0x80})
    void masksOfTheClientDoNotCount(long pstate) {
        bench.arm(0, PRIVATE);
        bench.pes.get(0).pstate = pstate;
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
    }

    @Test
    void triggerOnUnmaskedEnabledEventIsTakenAtTheNextBoundary() {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertTrue(bench.dispatcher.isDue(0));
        take(0, PRIVATE);
        assertFalse(bench.dispatcher.isDue(0));
        assertEquals(7, bench.status(0, PRIVATE));
    }

    @Test
    void enablingDeliversWhatWasLatchedWithItsResultInTheInterruptedContext() {
        bench.register(0, PRIVATE);
        bench.unmask(0);
        bench.inject(0, PRIVATE);
        assertFalse(bench.boundary(0));
        assertEquals(0, bench.enable(0, PRIVATE));
        take(0, PRIVATE);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_CONTEXT, 0));
    }

    @Test
    void unmaskingDeliversWhatWasLatchedWithItsResultInTheInterruptedContext() {
        bench.register(0, PRIVATE);
        bench.enable(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertFalse(bench.boundary(0));
        bench.pes.get(0).x[0] = 0;
        bench.unmask(0);
        long pc = bench.pes.get(0).pc;
        take(0, PRIVATE);
        assertEquals(pc, bench.pes.get(0).x[2]);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_CONTEXT, 0));
    }

    @Test
    void disabledEventKeepsItsTriggerAndIsDeliveredOnceEnabledAgain() {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        bench.disable(0, PRIVATE);
        assertFalse(bench.boundary(0));
        bench.enable(0, PRIVATE);
        take(0, PRIVATE);
    }

    @Test
    void maskingInTimeKeepsTheTrigger() {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertEquals(1, bench.mask(0));
        assertFalse(bench.boundary(0));
        bench.unmask(0);
        take(0, PRIVATE);
    }

    @Test
    void maskHoldsBackCriticalEventsToo() {
        bench.arm(0, PRIVATE_CRITICAL);
        bench.mask(0);
        bench.inject(0, PRIVATE_CRITICAL);
        assertFalse(bench.boundary(0));
        bench.unmask(0);
        take(0, PRIVATE_CRITICAL);
    }

    @Test
    void maskingInAHandlerDoesNotEndIt() {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
        assertEquals(1, bench.mask(0));
        assertEquals(7, bench.status(0, PRIVATE));
        bench.complete(0);
        assertEquals(3, bench.status(0, PRIVATE));
        assertEquals(0, bench.mask(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void triggerWhileItsHandlerRunsGivesOneMoreRun(boolean resume) {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
        bench.inject(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertFalse(bench.boundary(0));
        end(resume);
        take(0, PRIVATE);
        end(resume);
        assertFalse(bench.boundary(0));
        assertEquals(3, bench.status(0, PRIVATE));
    }

    private void end(boolean resume) {
        if (resume) {
            bench.resume(0, 0x8000);
        } else {
            bench.complete(0);
        }
    }

    @Test
    void normalWaitsForNormalAndCriticalPreemptsIt() {
        bench.arm(0, PRIVATE);
        bench.arm(0, OTHER);
        bench.arm(0, PRIVATE_CRITICAL);
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
        bench.inject(0, OTHER);
        assertFalse(bench.boundary(0));
        bench.inject(0, PRIVATE_CRITICAL);
        take(0, PRIVATE_CRITICAL);
        bench.complete(0);
        assertFalse(bench.boundary(0));
        bench.complete(0);
        take(0, OTHER);
    }

    @Test
    void nothingPreemptsACriticalHandler() {
        bench.arm(0, PRIVATE);
        bench.arm(0, PRIVATE_CRITICAL);
        bench.arm(0, SHARED_CRITICAL);
        bench.inject(0, PRIVATE_CRITICAL);
        take(0, PRIVATE_CRITICAL);
        bench.inject(0, PRIVATE);
        bench.call(1, SdeiFunction.PE_MASK);
        bench.inject(0, SHARED_CRITICAL);
        assertFalse(bench.boundary(0));
        bench.complete(0);
        take(0, SHARED_CRITICAL);
        bench.complete(0);
        take(0, PRIVATE);
    }

    @Test
    void criticalGoesBeforeNormalWhateverTheNumbers() {
        for (String order : new String[] {"lowest", "highest"}) {
            Bench other = new Bench(1, Map.of("sdei.order", order));
            other.arm(0, 0);
            other.arm(0, OTHER);
            other.arm(0, PRIVATE_CRITICAL);
            other.mask(0);
            other.inject(0, 0);
            other.inject(0, OTHER);
            other.inject(0, PRIVATE_CRITICAL);
            other.unmask(0);
            assertTrue(other.boundary(0));
            assertEquals(PRIVATE_CRITICAL, other.running(0));
        }
    }

    @ParameterizedTest
    @CsvSource({"lowest,0,256,1077936129", "highest,1077936129,256,0"})
    void equalsGoInTheOrderOfTheSetting(String order, int first, int second, int third) {
        Bench other = new Bench(1, Map.of("sdei.order", order));
        for (int event : new int[] {SHARED, PRIVATE, 0}) {
            other.arm(0, event);
        }
        other.mask(0);
        for (int event : new int[] {SHARED, PRIVATE, 0}) {
            other.inject(0, event);
        }
        other.unmask(0);
        for (int event : new int[] {first, second, third}) {
            assertTrue(other.boundary(0));
            assertEquals(event, other.running(0));
            other.complete(0);
        }
        assertFalse(other.boundary(0));
    }

    @Test
    void privateHandlersOfOneEventRunOnSeveralPesAtOnce() {
        for (int pe = 0; pe < 3; pe++) {
            bench.arm(pe, PRIVATE);
            bench.inject(pe, PRIVATE);
        }
        for (int pe = 0; pe < 3; pe++) {
            take(pe, PRIVATE);
        }
    }

    @Test
    void eventRoutedToOnePeGoesThereOnlyAndWaitsForIt() {
        bench.call(0, SdeiFunction.EVENT_REGISTER, SHARED, Bench.ENTRY, 0, 1, 2);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.unmask(1);
        bench.inject(0, SHARED);
        assertFalse(bench.boundary(0));
        assertFalse(bench.boundary(1));
        assertFalse(bench.boundary(2));
        bench.unmask(2);
        take(2, SHARED);
        assertEquals(7, bench.status(0, SHARED));
    }

    @Test
    void routingSetMovesALatchedTrigger() {
        bench.call(0, SdeiFunction.EVENT_REGISTER, SHARED, Bench.ENTRY, 0, 1, 0);
        bench.unmask(0);
        bench.unmask(1);
        bench.inject(0, SHARED);
        bench.call(0, SdeiFunction.EVENT_ROUTING_SET, SHARED, 1, 1);
        bench.enable(0, SHARED);
        assertFalse(bench.boundary(0));
        take(1, SHARED);
    }

    @Test
    void anyPeMeansTheAskedOneIfItCan() {
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.unmask(1);
        bench.inject(1, SHARED);
        assertFalse(bench.boundary(0));
        take(1, SHARED);
        bench.complete(1);
        bench.inject(2, SHARED);
        assertFalse(bench.boundary(1));
        take(0, SHARED);
    }

    @ParameterizedTest
    @CsvSource({"asked,2,2,2", "lowest,0,0,0", "rotate,0,1,2"})
    void takerOfAnyIsASetting(String setting, int first, int second, int third) {
        Bench other = new Bench(3, Map.of("sdei.rm-any", setting));
        other.register(0, SHARED);
        other.enable(0, SHARED);
        for (int pe = 0; pe < 3; pe++) {
            other.unmask(pe);
        }
        for (int expected : new int[] {first, second, third, first}) {
            other.inject(2, SHARED);
            for (int pe = 0; pe < 3; pe++) {
                assertEquals(pe == expected, other.boundary(pe), setting + " PE " + pe);
            }
            other.complete(expected);
        }
    }

    @Test
    void anyPeSkipsMaskedOfflineAndBusyOnes() {
        bench.arm(0, PRIVATE);
        bench.arm(2, PRIVATE);
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
        bench.pes.get(2).on = false;
        bench.inject(0, SHARED);
        for (int pe = 0; pe < 3; pe++) {
            assertFalse(bench.boundary(pe));
        }
        bench.unmask(1);
        take(1, SHARED);
    }

    @Test
    void chosenPeThatMasksItselfInTimeHandsAnEventOn() {
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.unmask(1);
        bench.inject(0, SHARED);
        bench.mask(0);
        assertFalse(bench.boundary(0));
        take(1, SHARED);
    }

    @Test
    void chosenPeThatTakesAnotherEventFirstHandsASharedOneOn() {
        bench.arm(0, PRIVATE);
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.arm(0, 0);
        bench.unmask(1);
        bench.inject(0, SHARED);
        bench.signal(1, 0);
        take(0, 0);
        take(1, SHARED);
    }

    @Test
    void sharedEventRunsOnOnePeOnlyAndGoesOnElsewhere() {
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.unmask(1);
        bench.inject(0, SHARED);
        take(0, SHARED);
        bench.inject(1, SHARED);
        assertFalse(bench.boundary(1));
        bench.mask(0);
        bench.complete(0);
        assertFalse(bench.boundary(0));
        take(1, SHARED);
    }

    @Test
    void unregisteringFromAnotherPeWaitsForTheHandler() {
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.inject(0, SHARED);
        take(0, SHARED);
        assertEquals(-5, bench.unregister(1, SHARED));
        assertEquals(-3, bench.register(1, SHARED));
        assertEquals(4, bench.status(1, SHARED));
        bench.complete(0);
        assertEquals(-3, bench.unregister(1, SHARED));
        assertEquals(0, bench.register(1, SHARED, 0x5000, 9));
        bench.enable(1, SHARED);
        bench.inject(0, SHARED);
        take(0, SHARED);
        assertEquals(0x5000, bench.pes.get(0).pc);
        assertEquals(9, bench.pes.get(0).x[1]);
    }

    @Test
    void disablingFromAnotherPeLetsTheHandlerGoOn() {
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.inject(0, SHARED);
        take(0, SHARED);
        assertEquals(0, bench.disable(1, SHARED));
        assertEquals(5, bench.status(0, SHARED));
        bench.complete(0);
        assertEquals(1, bench.status(1, SHARED));
    }

    @Test
    void triggersAfterUnregisterPendingAreDropped() {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertEquals(-5, bench.unregister(0, PRIVATE));
        bench.inject(0, PRIVATE);
        bench.complete(0);
        assertEquals(0, bench.status(0, PRIVATE));
        assertFalse(bench.boundary(0));
    }

    @Test
    void handlerMayPrepareOtherEventsAndTheyRunAfterIt() {
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        take(0, PRIVATE);
        bench.register(0, OTHER);
        bench.enable(0, OTHER);
        bench.inject(0, OTHER);
        assertFalse(bench.boundary(0));
        bench.complete(0);
        take(0, OTHER);
    }

    @Test
    void attentionWithoutAnEventDoesNothing() {
        bench.arm(0, PRIVATE);
        assertFalse(bench.dispatcher.attention(0));
        assertEquals(3, bench.status(0, PRIVATE));
    }
}
