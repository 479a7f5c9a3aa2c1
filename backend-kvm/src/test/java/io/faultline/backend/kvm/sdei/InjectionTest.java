/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.backend.kvm.sdei.Bench.OTHER;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE_CRITICAL;
import static io.faultline.backend.kvm.sdei.Bench.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.SdeiFunction;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InjectionTest {
    private final Bench bench = Bench.withDefaults(2);
    private final SdeiInjection injection = bench.dispatcher.injection();

    private static DeliveryOutcome rejected(Veto veto) {
        return DeliveryOutcome.rejected(veto.name());
    }

    @Test
    void outcomeSaysWhatBecomesOfATrigger() {
        assertEquals(DeliveryOutcome.rejected("SDEI event 0x40400001 is not registered"), bench.inject(0, PRIVATE));
        bench.register(0, PRIVATE);
        assertEquals(DeliveryOutcome.pending("SDEI event 0x40400001 is not enabled"), bench.inject(0, PRIVATE));
        assertEquals(DeliveryOutcome.coalesced(), bench.inject(0, PRIVATE));
        bench.unregister(0, PRIVATE);
        bench.register(0, PRIVATE);
        bench.enable(0, PRIVATE);
        assertEquals(DeliveryOutcome.pending("events are masked on vCPU 0"), bench.inject(0, PRIVATE));
        injection.cancel(0, PRIVATE);
        bench.unmask(0);
        assertEquals(DeliveryOutcome.DELIVERED, bench.inject(0, PRIVATE));
        assertTrue(bench.boundary(0));
        assertEquals(DeliveryOutcome.pending("the handler of SDEI event 0x40400001 runs"), bench.inject(0, PRIVATE));
        bench.register(0, OTHER);
        bench.enable(0, OTHER);
        assertEquals(DeliveryOutcome.pending("another handler runs on vCPU 0"), bench.inject(0, OTHER));
        assertEquals(DeliveryOutcome.rejected("SDEI event 0x40400001 is not registered"), bench.inject(1, PRIVATE));
    }

    @Test
    void laterOfTwoEqualsIsPending() {
        bench.arm(0, PRIVATE);
        bench.arm(0, OTHER);
        assertEquals(DeliveryOutcome.DELIVERED, bench.inject(0, PRIVATE));
        assertEquals(DeliveryOutcome.pending("another event goes first on vCPU 0"), bench.inject(0, OTHER));
    }

    @Test
    void stateIsThatOfTheHandler() {
        assertEquals(new ChannelState(false, false, false), injection.state(0, PRIVATE));
        bench.register(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertEquals(new ChannelState(false, true, false), injection.state(0, PRIVATE));
        bench.enable(0, PRIVATE);
        assertEquals(new ChannelState(true, true, false), injection.state(0, PRIVATE));
        bench.unmask(0);
        bench.boundary(0);
        assertEquals(new ChannelState(true, false, true), injection.state(0, PRIVATE));
        assertEquals(new ChannelState(false, false, false), injection.state(1, PRIVATE));
    }

    @Test
    void immediateInjectionFailsCleanlyForEachReasonInOrder() {
        assertRejected(PRIVATE, Veto.EVENT_NOT_READY);
        bench.register(0, PRIVATE);
        assertRejected(PRIVATE, Veto.EVENT_NOT_READY);
        bench.enable(0, PRIVATE);
        assertRejected(PRIVATE, Veto.EVENT_MASKED);
        bench.unmask(0);
        bench.bring(0, OTHER, 7);
        assertRejected(PRIVATE, Veto.HANDLER_RUNNING);
        bench.inject(0, OTHER);
        assertRejected(PRIVATE, Veto.HANDLER_RUNNING);
        bench.disable(0, OTHER);
        bench.complete(0);
        assertRejected(PRIVATE, Veto.EVENT_PENDING);
        injection.cancel(0, OTHER);
        assertEquals(Optional.empty(), injection.obstacle(0, PRIVATE));
        assertEquals(DeliveryOutcome.DELIVERED, injection.injectNow(0, PRIVATE));
        assertEquals(Optional.of(Veto.EVENT_PENDING), injection.obstacle(0, PRIVATE));
        assertTrue(bench.boundary(0));
        assertEquals(Optional.of(Veto.HANDLER_RUNNING), injection.obstacle(0, PRIVATE));
    }

    private void assertRejected(int event, Veto veto) {
        assertEquals(Optional.of(veto), injection.obstacle(0, event));
        assertEquals(rejected(veto), injection.injectNow(0, event));
        assertFalse(injection.state(0, event).pending());
        assertFalse(bench.boundary(0));
    }

    @Test
    void immediateInjectionNeedsThePeToBeOn() {
        bench.arm(0, PRIVATE);
        bench.pes.get(0).on = false;
        assertRejected(PRIVATE, Veto.EVENT_MASKED);
    }

    @Test
    void immediateInjectionOfACriticalEventWaitsForNoHandlerEither() {
        bench.arm(0, PRIVATE_CRITICAL);
        bench.bring(0, OTHER, 7);
        assertRejected(PRIVATE_CRITICAL, Veto.HANDLER_RUNNING);
    }

    @Test
    void latchedSharedEventBlocksImmediateInjectionWhereItWillBeTaken() {
        bench.arm(0, PRIVATE);
        bench.arm(1, PRIVATE);
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        bench.inject(1, SHARED);
        assertEquals(Optional.of(Veto.EVENT_PENDING), injection.obstacle(1, PRIVATE));
        assertEquals(Optional.empty(), injection.obstacle(0, PRIVATE));
    }

    @Test
    void latchedSharedEventRoutedToThePeBlocksEvenIfDisabled() {
        bench.arm(0, PRIVATE);
        bench.call(0, SdeiFunction.EVENT_REGISTER, SHARED, Bench.ENTRY, 0, 1, 0);
        bench.inject(1, SHARED);
        assertEquals(Optional.of(Veto.EVENT_PENDING), injection.obstacle(0, PRIVATE));
    }

    @Test
    void sharedEventIsInjectedAtOnceWhereItCanBeTaken() {
        bench.register(0, SHARED);
        bench.enable(0, SHARED);
        assertEquals(rejected(Veto.EVENT_MASKED), injection.injectNow(1, SHARED));
        bench.unmask(1);
        assertEquals(DeliveryOutcome.DELIVERED, injection.injectNow(0, SHARED));
        assertFalse(bench.boundary(0));
        assertTrue(bench.boundary(1));
        bench.unmask(0);
        assertEquals(rejected(Veto.HANDLER_RUNNING), injection.injectNow(0, SHARED));
    }

    @Test
    void sharedEventRoutedToOnePeIsInjectedThere() {
        bench.call(0, SdeiFunction.EVENT_REGISTER, SHARED, Bench.ENTRY, 0, 1, 1);
        bench.enable(0, SHARED);
        bench.unmask(0);
        assertEquals(rejected(Veto.EVENT_MASKED), injection.injectNow(0, SHARED));
        bench.unmask(1);
        assertEquals(DeliveryOutcome.DELIVERED, injection.injectNow(0, SHARED));
        assertFalse(bench.boundary(0));
        assertTrue(bench.boundary(1));
    }

    @Test
    void cancelRemovesALatchedEventAndRefusesARunningOne() {
        bench.arm(0, PRIVATE);
        assertFalse(injection.cancel(0, PRIVATE));
        bench.inject(0, PRIVATE);
        assertTrue(injection.cancel(0, PRIVATE));
        assertFalse(bench.boundary(0));
        bench.inject(0, PRIVATE);
        assertTrue(bench.boundary(0));
        assertFalse(injection.cancel(0, PRIVATE));
        bench.inject(0, PRIVATE);
        assertFalse(injection.cancel(0, PRIVATE));
        bench.complete(0);
        assertTrue(bench.boundary(0));
    }

    @Test
    void listenerHearsOfEveryEndAndOfLostTriggers() {
        Listener listener = new Listener();
        injection.listen(PRIVATE, listener);
        bench.arm(1, PRIVATE);
        injection.injectNow(1, PRIVATE);
        bench.boundary(1);
        bench.complete(1);
        injection.injectNow(1, PRIVATE);
        bench.boundary(1);
        bench.call(1, SdeiFunction.EVENT_COMPLETE, 1);
        injection.injectNow(1, PRIVATE);
        bench.boundary(1);
        bench.resume(1, 0x8000);
        injection.injectNow(1, PRIVATE);
        bench.unregister(1, PRIVATE);
        bench.register(1, PRIVATE);
        bench.inject(1, PRIVATE);
        bench.call(1, SdeiFunction.PRIVATE_RESET);
        bench.call(1, SdeiFunction.PRIVATE_RESET);
        assertEquals(
                List.of(
                        "completed 1 false false",
                        "completed 1 false true",
                        "completed 1 true false",
                        "dropped 1",
                        "dropped 1"),
                listener.heard);
    }

    @Test
    void listenerHearsOnceTheRegistersAreInPlace() {
        bench.arm(0, PRIVATE);
        long[] pc = new long[1];
        injection.listen(PRIVATE, new SdeiEventListener() {
            @Override
            public void completed(int vcpu, int event, boolean resumed, boolean failed) {
                pc[0] = bench.pes.get(vcpu).pc;
                assertEquals(3, bench.instance(vcpu, event).state());
            }

            @Override
            public void dropped(int vcpu, int event) {
                throw new AssertionError();
            }
        });
        injection.injectNow(0, PRIVATE);
        bench.boundary(0);
        bench.resume(0, 0x9000);
        assertEquals(0x9000, pc[0]);
    }

    @Test
    void eventsAndVcpusThatDoNotExistAreRefused() {
        assertInvalid(() -> injection.inject(0, Bench.UNKNOWN));
        assertInvalid(() -> injection.injectNow(2, PRIVATE));
        assertInvalid(() -> injection.cancel(-1, PRIVATE));
        assertInvalid(() -> injection.state(0, 77));
        assertInvalid(() -> injection.obstacle(0, 77));
        assertInvalid(() -> injection.listen(77, new Listener()));
    }

    private static void assertInvalid(org.junit.jupiter.api.function.Executable action) {
        assertEquals(
                ErrorId.INVALID_ARGUMENT,
                assertThrows(HypervisorException.class, action).id());
    }
}
