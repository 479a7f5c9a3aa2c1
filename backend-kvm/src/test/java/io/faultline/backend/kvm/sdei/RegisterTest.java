/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.api.sdei.SdeiFunction.EVENT_GET_INFO;
import static io.faultline.api.sdei.SdeiFunction.EVENT_REGISTER;
import static io.faultline.api.sdei.SdeiFunction.EVENT_ROUTING_SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterTest {
    private static final long NO_PE = 0x77;

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 4, 8, 0x8000_0000_0000_0000L, -1, 0x1_0000_0000L})
    void reservedFlagsAreInvalidRelativeModeIncluded(long flags) {
        Bench bench = new Bench(2, Map.of("sdei.version", "1.1"));
        assertEquals(-2, bench.call(0, EVENT_REGISTER, Bench.PRIVATE, Bench.ENTRY, 0, flags, 0));
        assertEquals(-2, bench.call(0, EVENT_REGISTER, Bench.SHARED, Bench.ENTRY, 0, flags, 0));
        assertEquals(0, bench.status(0, Bench.PRIVATE));
    }

    @ParameterizedTest
    @CsvSource({"refuse,0,-2", "accept,0,0", "refuse,1,-2", "refuse,2,-2", "accept,3,-2", "refuse,4,0"})
    void entryPointsThatCannotBeExecutedAreInvalid(String setting, long entry, long expected) {
        Bench bench = new Bench(1, Map.of("sdei.zero-entry", setting));
        assertEquals(expected, bench.register(0, Bench.PRIVATE, entry, 0));
    }

    @Test
    void registeredEventKeepsItsFirstHandler() {
        Bench bench = Bench.withDefaults(1);
        bench.register(0, Bench.PRIVATE, 0x1000, 1);
        assertEquals(-3, bench.register(0, Bench.PRIVATE, 0x2000, 2));
        bench.enable(0, Bench.PRIVATE);
        bench.unmask(0);
        bench.inject(0, Bench.PRIVATE);
        assertTrue(bench.boundary(0));
        assertEquals(0x1000, bench.pes.get(0).pc);
        assertEquals(1, bench.pes.get(0).x[1]);
    }

    @Test
    void invalidArgumentsGoBeforeTheState() {
        Bench bench = Bench.withDefaults(1);
        bench.register(0, Bench.PRIVATE);
        assertEquals(-2, bench.register(0, Bench.PRIVATE, 0, 0));
    }

    @Test
    void privateRegistrationIsThatOfTheCallerOnly() {
        Bench bench = Bench.withDefaults(2);
        bench.register(1, Bench.PRIVATE);
        assertEquals(0, bench.status(0, Bench.PRIVATE));
        assertEquals(1, bench.status(1, Bench.PRIVATE));
    }

    @ParameterizedTest
    @CsvSource({"check,-2", "ignore,0"})
    void badAffinityOfAPrivateEventIsJudgedByTheSetting(String setting, long expected) {
        Bench bench = new Bench(2, Map.of("sdei.private-affinity", setting));
        assertEquals(expected, bench.call(0, EVENT_REGISTER, Bench.PRIVATE, Bench.ENTRY, 0, 1, NO_PE));
        assertEquals(0, bench.call(1, EVENT_REGISTER, Bench.PRIVATE, Bench.ENTRY, 0, 1, 0));
    }

    @Test
    void sharedEventRoutedToNoPeIsInvalid() {
        Bench bench = Bench.withDefaults(2);
        assertEquals(-2, bench.call(0, EVENT_REGISTER, Bench.SHARED, Bench.ENTRY, 0, 1, NO_PE));
        assertEquals(-2, bench.call(0, EVENT_REGISTER, Bench.SHARED, Bench.ENTRY, 0, 1, 1L << 24));
        assertEquals(0, bench.status(0, Bench.SHARED));
    }

    @Test
    void routingOfASharedEventCanBeReadBack() {
        Bench bench = Bench.withDefaults(3);
        assertEquals(-3, bench.call(0, EVENT_GET_INFO, Bench.SHARED, 3));
        bench.call(0, EVENT_REGISTER, Bench.SHARED, Bench.ENTRY, 0, 1, 2);
        assertEquals(1, bench.call(1, EVENT_GET_INFO, Bench.SHARED, 3));
        assertEquals(2, bench.call(1, EVENT_GET_INFO, Bench.SHARED, 4));
        assertEquals(0, bench.call(0, EVENT_ROUTING_SET, Bench.SHARED, 1, 1));
        assertEquals(1, bench.call(1, EVENT_GET_INFO, Bench.SHARED, 4));
        assertEquals(0, bench.call(0, EVENT_ROUTING_SET, Bench.SHARED, 0, 0));
        assertEquals(0, bench.call(1, EVENT_GET_INFO, Bench.SHARED, 3));
        assertEquals(-2, bench.call(1, EVENT_GET_INFO, Bench.SHARED, 4));
    }

    @Test
    void badRoutingIsRefusedAndChangesNothing() {
        Bench bench = Bench.withDefaults(2);
        bench.call(0, EVENT_REGISTER, Bench.SHARED, Bench.ENTRY, 0, 1, 1);
        assertEquals(-2, bench.call(0, EVENT_ROUTING_SET, Bench.SHARED, 2, 0));
        assertEquals(-2, bench.call(0, EVENT_ROUTING_SET, Bench.SHARED, 1, NO_PE));
        assertEquals(1, bench.call(0, EVENT_GET_INFO, Bench.SHARED, 4));
        bench.enable(0, Bench.SHARED);
        assertEquals(-3, bench.call(0, EVENT_ROUTING_SET, Bench.SHARED, 1, 0));
        assertEquals(1, bench.call(0, EVENT_GET_INFO, Bench.SHARED, 4));
    }

    @Test
    void unregisteringForgetsHandlerRoutingAndTrigger() {
        Bench bench = Bench.withDefaults(2);
        bench.call(0, EVENT_REGISTER, Bench.SHARED, Bench.ENTRY, 5, 1, 1);
        bench.inject(0, Bench.SHARED);
        assertTrue(bench.instance(0, Bench.SHARED).isPending());
        assertEquals(0, bench.unregister(0, Bench.SHARED));
        EventInstance event = bench.instance(0, Bench.SHARED);
        assertFalse(event.isPending());
        assertEquals(0, event.entry() | event.argument());
        assertEquals(EventInstance.NOBODY, event.target());
        bench.register(0, Bench.SHARED);
        bench.enable(0, Bench.SHARED);
        bench.unmask(0);
        assertFalse(bench.boundary(0));
    }

    @Test
    void triggersBeforeRegistrationAreLost() {
        Bench bench = Bench.withDefaults(1);
        assertEquals("rejected", bench.inject(0, Bench.PRIVATE).kind().name().toLowerCase(java.util.Locale.ROOT));
        bench.arm(0, Bench.PRIVATE);
        assertFalse(bench.boundary(0));
    }

    @Test
    void resetsOfTheCallerLeaveOtherPesAlone() {
        Bench bench = Bench.withDefaults(2);
        bench.register(0, Bench.PRIVATE);
        bench.register(1, Bench.PRIVATE);
        bench.register(0, Bench.SHARED);
        assertEquals(0, bench.call(0, io.faultline.api.sdei.SdeiFunction.PRIVATE_RESET));
        assertEquals(0, bench.status(0, Bench.PRIVATE));
        assertEquals(1, bench.status(1, Bench.PRIVATE));
        assertEquals(1, bench.status(1, Bench.SHARED));
        assertEquals(0, bench.call(1, io.faultline.api.sdei.SdeiFunction.SHARED_RESET));
        assertEquals(0, bench.status(0, Bench.SHARED));
        assertEquals(1, bench.status(1, Bench.PRIVATE));
    }

    @Test
    void resetThatFailsDoesNothingUnlessItIsPartial() {
        for (String setting : new String[] {"atomic", "partial"}) {
            Bench bench = new Bench(1, Map.of("sdei.reset", setting));
            bench.register(0, Bench.OTHER);
            bench.bring(0, Bench.PRIVATE, 7);
            assertEquals(-3, bench.call(0, io.faultline.api.sdei.SdeiFunction.PRIVATE_RESET));
            boolean atomic = setting.equals("atomic");
            assertEquals(atomic ? 1 : 0, bench.status(0, Bench.OTHER));
            assertEquals(atomic ? 7 : 4, bench.status(0, Bench.PRIVATE));
        }
    }

    @Test
    void resetsKeepTheMaskAndSucceedAtBoot() {
        Bench bench = Bench.withDefaults(1);
        assertEquals(0, bench.call(0, io.faultline.api.sdei.SdeiFunction.PRIVATE_RESET));
        assertEquals(0, bench.call(0, io.faultline.api.sdei.SdeiFunction.SHARED_RESET));
        assertEquals(0, bench.mask(0));
        bench.unmask(0);
        bench.call(0, io.faultline.api.sdei.SdeiFunction.PRIVATE_RESET);
        bench.call(0, io.faultline.api.sdei.SdeiFunction.SHARED_RESET);
        assertEquals(1, bench.mask(0));
    }

    @Test
    void numbersAreUniqueAndPositive() {
        EventDefinition event = new EventDefinition(7, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
        assertThrows(IllegalArgumentException.class, () -> new Bench(1, List.of(event, event), Map.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new EventDefinition(-1, SdeiEventType.PRIVATE, SdeiPriority.NORMAL));
        assertEquals("SDEI event 0x7", event.toString());
    }

    @Test
    void instancesDescribeThemselves() {
        Bench bench = Bench.withDefaults(2);
        bench.register(1, Bench.PRIVATE);
        bench.inject(1, Bench.PRIVATE);
        assertEquals(
                "SDEI event 0x40400001 of PE 1 in state 1, pending",
                bench.instance(1, Bench.PRIVATE).toString());
        assertEquals(
                "SDEI event 0x100 in state 0", bench.instance(1, Bench.SHARED).toString());
    }
}
