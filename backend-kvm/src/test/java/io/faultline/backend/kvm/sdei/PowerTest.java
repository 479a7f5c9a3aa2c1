/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.backend.kvm.sdei.Bench.PRIVATE;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE_CRITICAL;
import static io.faultline.backend.kvm.sdei.Bench.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.sdei.SdeiFunction;
import org.junit.jupiter.api.Test;

class PowerTest {
    private final Bench bench = Bench.withDefaults(2);

    private void off(int pe) {
        bench.dispatcher.turnedOff(pe);
        bench.pes.get(pe).on = false;
    }

    private void on(int pe) {
        bench.pes.get(pe).on = true;
        bench.dispatcher.turnedOn(pe);
    }

    @Test
    void everyPeBeginsMasked() {
        assertEquals(0, bench.mask(0));
        assertEquals(0, bench.mask(1));
    }

    @Test
    void afterCpuOnThePeIsMaskedAndItsPrivateEventsAreGone() {
        bench.arm(1, PRIVATE);
        off(1);
        on(1);
        assertEquals(0, bench.status(1, PRIVATE));
        assertEquals(0, bench.mask(1));
    }

    @Test
    void sharedEventsStayRegisteredWhenThePeThatRegisteredThemGoesOff() {
        bench.arm(1, SHARED);
        off(1);
        assertEquals(3, bench.status(0, SHARED));
        bench.unmask(0);
        bench.inject(1, SHARED);
        assertTrue(bench.boundary(0));
    }

    @Test
    void turningOffCompletesTheHandlersFirst() {
        bench.arm(1, PRIVATE_CRITICAL);
        bench.bring(1, SHARED, 7);
        bench.inject(1, PRIVATE_CRITICAL);
        assertTrue(bench.boundary(1));
        off(1);
        assertEquals(3, bench.status(0, SHARED));
        on(1);
        assertEquals(-1, bench.running(1));
        assertEquals(0, bench.status(1, PRIVATE_CRITICAL));
    }

    @Test
    void sharedEventThatWasUnregisteredInItsHandlerIsGoneWhenThePeGoesOff() {
        bench.bring(1, SHARED, 4);
        off(1);
        assertEquals(0, bench.status(0, SHARED));
        assertEquals(0, bench.register(0, SHARED));
    }

    @Test
    void triggerLatchedDuringTheHandlerGoesToAnotherPeWhenItsPeGoesOff() {
        bench.unmask(0);
        bench.arm(1, SHARED);
        bench.inject(1, SHARED);
        assertTrue(bench.boundary(1));
        bench.inject(1, SHARED);
        off(1);
        assertTrue(bench.boundary(0));
    }

    @Test
    void eventRoutedToAnOfflinePeWaitsForItToComeOnAndUnmask() {
        bench.call(0, SdeiFunction.EVENT_REGISTER, SHARED, Bench.ENTRY, 0, 1, 1);
        bench.enable(0, SHARED);
        bench.unmask(0);
        off(1);
        assertEquals(DeliveryOutcome.pending("vCPU 1 is off"), bench.inject(0, SHARED));
        assertFalse(bench.boundary(0));
        assertFalse(bench.pes.get(1).attention);
        on(1);
        assertFalse(bench.boundary(1));
        bench.unmask(1);
        assertTrue(bench.boundary(1));
    }

    @Test
    void noListenerHearsOfHandlersThatPowerEnded() {
        Listener listener = new Listener();
        bench.dispatcher.injection().listen(PRIVATE, listener);
        bench.bring(1, PRIVATE, 7);
        bench.inject(1, PRIVATE);
        off(1);
        assertEquals(java.util.List.of(), listener.heard);
    }

    @Test
    void resetOfTheMachineForgetsEverythingButWhoListens() {
        Listener listener = new Listener();
        bench.dispatcher.injection().listen(PRIVATE, listener);
        Bench fresh = Bench.withDefaults(2);
        bench.bring(0, PRIVATE, 7);
        bench.arm(1, SHARED);
        bench.inject(1, SHARED);
        bench.dispatcher.reset();
        assertEquals(fresh.save(), bench.save());
        bench.pes.get(0).attention = false;
        bench.bring(0, PRIVATE, 7);
        bench.complete(0);
        assertEquals(1, listener.heard.size());
    }
}
