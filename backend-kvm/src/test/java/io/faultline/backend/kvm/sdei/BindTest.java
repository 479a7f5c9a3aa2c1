/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** INTERRUPT_BIND, INTERRUPT_RELEASE, and events that interrupts raise. */
class BindTest {
    private static final int PPI = 20;
    private static final int SPI = 40;
    private static final int NOBODY = EventInstance.NOBODY;
    private static final int FIRST_PRIVATE = 1000;
    private static final int FIRST_SHARED = 2000;

    private final Bench bench = Bench.withDefaults(2);

    private long bind(long intid) {
        return bench.call(0, SdeiFunction.INTERRUPT_BIND, intid);
    }

    private long release(long event) {
        return bench.call(0, SdeiFunction.INTERRUPT_RELEASE, event);
    }

    private int ready(int pe, int intid) {
        int event = (int) bench.call(pe, SdeiFunction.INTERRUPT_BIND, intid);
        bench.register(pe, event, Bench.ENTRY, 5);
        bench.call(pe, SdeiFunction.EVENT_ENABLE, event);
        bench.call(pe, SdeiFunction.PE_UNMASK);
        return event;
    }

    @Test
    void aPpiGivesAPrivateAndAnSpiASharedNormalEvent() {
        assertEquals(FIRST_PRIVATE, bind(PPI));
        assertEquals(FIRST_SHARED, bind(SPI));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_GET_INFO, FIRST_PRIVATE, 0));
        assertEquals(1, bench.call(0, SdeiFunction.EVENT_GET_INFO, FIRST_SHARED, 0));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_GET_INFO, FIRST_PRIVATE, 2));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_GET_INFO, FIRST_SHARED, 2));
    }

    @Test
    void bindingAgainGivesTheSameNumberOnEveryPe() {
        assertEquals(FIRST_PRIVATE, bind(PPI));
        assertEquals(FIRST_PRIVATE, bench.call(1, SdeiFunction.INTERRUPT_BIND, PPI));
        assertEquals(FIRST_PRIVATE + 1, bind(PPI + 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 64, 1019, 1020, 8192, 0xFFFF_FFFFL, -1, 0x7FFF_FFFFL, 0x8000_0000L})
    void whatIsNeitherPpiNorSpiIsInvalid(long intid) {
        assertEquals(-2, bind(intid));
        assertEquals(FIRST_PRIVATE, bind(PPI), "no slot was used");
    }

    @Test
    void anInterruptOfTheHypervisorIsDenied() {
        assertEquals(-3, bind(FakeInterrupts.FOREIGN));
    }

    @Test
    void slotsOfTheTwoKindsAreCountedSeparately() {
        for (int i = 0; i < 3; i++) {
            assertEquals(FIRST_PRIVATE + i, bind(PPI - 4 + i));
        }
        assertEquals(-10, bind(PPI));
        for (int i = 0; i < 3; i++) {
            assertEquals(FIRST_SHARED + i, bind(SPI + i));
        }
        assertEquals(-10, bind(SPI + 3));
        assertEquals(FIRST_PRIVATE + 1, bind(PPI - 3), "what is bound is still found");
    }

    @Test
    void aReleasedSlotIsFree() {
        bind(PPI);
        assertEquals(0, release(FIRST_PRIVATE));
        assertEquals(-2, release(FIRST_PRIVATE));
        assertEquals(FIRST_PRIVATE, bind(PPI + 2));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Bench.PRIVATE, Bench.SHARED, FIRST_PRIVATE, FIRST_SHARED, 77, -1})
    void onlyABoundSlotCanBeReleased(long event) {
        assertEquals(-2, release(event));
    }

    @Test
    void aSlotInUseAnywhereCannotBeReleased() {
        int event = (int) bind(PPI);
        bench.register(1, event, Bench.ENTRY, 0);
        assertEquals(-3, release(event));
        assertEquals(0, bench.call(1, SdeiFunction.EVENT_UNREGISTER, event));
        assertEquals(0, release(event));
    }

    @Test
    void aSlotWhoseHandlerRunsCannotBeReleasedEvenIfUnregistered() {
        int event = ready(0, SPI);
        bench.interrupts.pulse(NOBODY, SPI);
        assertTrue(bench.boundary(0));
        assertEquals(-5, bench.call(0, SdeiFunction.EVENT_UNREGISTER, event));
        assertEquals(-3, release(event));
        bench.call(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertEquals(0, release(event));
    }

    @Test
    void aSlotWithoutAnInterruptCannotBeRegistered() {
        assertEquals(-3, bench.call(0, SdeiFunction.EVENT_REGISTER, FIRST_PRIVATE, Bench.ENTRY, 0, 0, 0));
        assertEquals(-3, bench.call(0, SdeiFunction.EVENT_ENABLE, FIRST_PRIVATE));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_STATUS, FIRST_PRIVATE));
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_ROUTING_SET, FIRST_SHARED, 0, 0));
    }

    @Test
    void anActiveInterruptCannotBeRegistered() {
        int event = (int) bind(PPI);
        bench.interrupts.activate(0, PPI);
        assertEquals(-3, bench.call(0, SdeiFunction.EVENT_REGISTER, event, Bench.ENTRY, 0, 0, 0));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_STATUS, event));
        assertEquals(0, bench.call(1, SdeiFunction.EVENT_REGISTER, event, Bench.ENTRY, 0, 0, 0));
    }

    @Test
    void theInterruptIsTakenByRegisteringOnOnePeAndGivenBackByUnregistering() {
        int event = (int) bind(PPI);
        assertFalse(bench.interrupts.isDiverted(0, PPI));
        bench.register(0, event, Bench.ENTRY, 0);
        assertTrue(bench.interrupts.isDiverted(0, PPI));
        assertFalse(bench.interrupts.isDiverted(1, PPI));
        bench.call(0, SdeiFunction.EVENT_UNREGISTER, event);
        assertFalse(bench.interrupts.isDiverted(0, PPI));
    }

    @Test
    void theInterruptRunsTheHandler() {
        int event = ready(0, PPI);
        bench.interrupts.pulse(1, PPI);
        assertFalse(bench.boundary(0), "the PPI of another PE");
        bench.interrupts.pulse(0, PPI);
        assertTrue(bench.boundary(0));
        assertEquals(event, bench.running(0));
        assertEquals(5, bench.pes.get(0).x[1]);
        bench.call(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertFalse(bench.boundary(0));
    }

    @Test
    void edgesBeforeRegisteringAreForgottenAndThoseBeforeEnablingAreNot() {
        int event = (int) bind(PPI);
        bench.interrupts.pulse(0, PPI);
        bench.register(0, event, Bench.ENTRY, 0);
        bench.call(0, SdeiFunction.PE_UNMASK);
        bench.call(0, SdeiFunction.EVENT_ENABLE, event);
        assertFalse(bench.boundary(0));
        bench.call(0, SdeiFunction.EVENT_DISABLE, event);
        bench.interrupts.pulse(0, PPI);
        assertFalse(bench.boundary(0));
        bench.call(0, SdeiFunction.EVENT_ENABLE, event);
        assertTrue(bench.boundary(0));
    }

    @Test
    void anEdgeDuringTheHandlerRunsItOnceMore() {
        ready(0, PPI);
        bench.interrupts.pulse(0, PPI);
        bench.boundary(0);
        bench.interrupts.pulse(0, PPI);
        bench.interrupts.pulse(0, PPI);
        assertFalse(bench.boundary(0));
        bench.call(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertTrue(bench.boundary(0));
        bench.call(0, SdeiFunction.EVENT_COMPLETE_AND_RESUME, 0x8000);
        assertFalse(bench.boundary(0));
    }

    @Test
    void aLevelThatStaysHighFiresAgainAndOneThatFallsDoesNot() {
        ready(0, SPI);
        bench.interrupts.level(NOBODY, SPI, true);
        assertTrue(bench.boundary(0));
        bench.call(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertTrue(bench.boundary(0), "still high");
        bench.interrupts.level(NOBODY, SPI, false);
        bench.call(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertFalse(bench.boundary(0));
        bench.interrupts.level(NOBODY, SPI, true);
        bench.interrupts.level(NOBODY, SPI, false);
        assertFalse(bench.boundary(0), "fell before it was taken");
    }

    @Test
    void anSpiGoesToAPeThatCanTakeIt() {
        int event = ready(0, SPI);
        bench.call(1, SdeiFunction.PE_UNMASK);
        bench.call(0, SdeiFunction.PE_MASK);
        bench.interrupts.pulse(NOBODY, SPI);
        assertFalse(bench.boundary(0));
        assertTrue(bench.boundary(1));
        assertEquals(event, bench.running(1));
    }

    @Test
    void turningAPeOffGivesItsPpisBack() {
        int event = ready(1, PPI);
        bench.dispatcher.turnedOff(1);
        assertFalse(bench.interrupts.isDiverted(1, PPI));
        assertEquals(0, release(event));
    }

    @Test
    void sharedResetReleasesEverything() {
        int event = ready(0, SPI);
        bind(PPI);
        assertEquals(0, bench.call(0, SdeiFunction.SHARED_RESET));
        assertFalse(bench.interrupts.isDiverted(NOBODY, SPI));
        assertEquals(-2, release(event));
        assertEquals(-2, release(FIRST_PRIVATE));
    }

    @ParameterizedTest
    @CsvSource({"atomic,-3,1", "partial,-3,0", "forced,0,0"})
    void sharedResetIsDeniedWhileABoundPrivateEventIsRegistered(String reset, long result, long statusOfShared) {
        Bench other = new Bench(2, Map.of("sdei.reset", reset));
        int event = (int) other.call(0, SdeiFunction.INTERRUPT_BIND, PPI);
        other.register(1, event, Bench.ENTRY, 0);
        other.register(0, Bench.SHARED, Bench.ENTRY, 0);
        assertEquals(result, other.call(0, SdeiFunction.SHARED_RESET));
        assertEquals(statusOfShared, other.call(0, SdeiFunction.EVENT_STATUS, Bench.SHARED));
        assertEquals(1, other.call(1, SdeiFunction.EVENT_STATUS, event), "a private event is not of its reach");
        assertEquals(-3, other.call(0, SdeiFunction.INTERRUPT_RELEASE, event));
    }

    @Test
    void bindingsAndWhatIsTakenSurviveARestore() {
        int event = ready(0, SPI);
        bind(PPI);
        bench.interrupts.level(NOBODY, SPI, true);
        bench.boundary(0);
        Bench copy = Bench.withDefaults(2);
        copy.restore(bench.save());
        assertTrue(copy.interrupts.isDiverted(NOBODY, SPI));
        assertEquals(event, copy.running(0));
        assertEquals(event, copy.call(0, SdeiFunction.INTERRUPT_BIND, SPI));
        assertEquals(FIRST_PRIVATE, copy.call(0, SdeiFunction.INTERRUPT_BIND, PPI));
        copy.restore(Bench.withDefaults(2).save());
        assertFalse(copy.interrupts.isDiverted(NOBODY, SPI), "an older state gives it back");
    }

    @ParameterizedTest
    @CsvSource({
        "0,unbound although registered,0",
        "0,an SGI,5",
        "0,an SPI in a private slot,40",
        "0,of the hypervisor,23",
        "1,bound twice,20",
        "1,no number,-1"
    })
    void impossibleBindingsAreRefused(int index, String what, long intid) {
        int event = (int) bind(PPI);
        bench.register(0, event, Bench.ENTRY, 0);
        Map<String, StateValue> values = new TreeMap<>(bench.save().values());
        long[] words = ((StateValue.Words) values.get("sdei/bindings")).value();
        words[index] = intid;
        values.put("sdei/bindings", new StateValue.Words(words));
        SavedState saved = new SavedState("test", 1, values);
        Bench target = Bench.withDefaults(2);
        assertEquals(
                ErrorId.INVALID_STATE,
                assertThrows(HypervisorException.class, () -> target.restore(saved))
                        .id(),
                what);
    }

    @ParameterizedTest
    @CsvSource({"not-supported,-1,-1", "out-of-resource,-10,-2"})
    void withoutSlotsTheCallsAnswerAsTheSettingSays(String setting, long bound, long released) {
        Bench none =
                new Bench(1, Map.of("sdei.private-slots", "0", "sdei.shared-slots", "0", "sdei.no-slots", setting));
        assertEquals(bound, none.call(0, SdeiFunction.INTERRUPT_BIND, PPI));
        assertEquals(released, none.call(0, SdeiFunction.INTERRUPT_RELEASE, FIRST_PRIVATE));
        assertEquals(0, none.call(0, SdeiFunction.FEATURES, 0));
    }
}
