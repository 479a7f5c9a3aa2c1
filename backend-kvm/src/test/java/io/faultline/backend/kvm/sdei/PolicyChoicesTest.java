/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.DispatchChoice;
import io.faultline.backend.kvm.sdei.policy.PlatformEvent;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer to a question that the sources leave open changes. */
class PolicyChoicesTest {
    private static final int EVENT = Bench.PRIVATE;

    private static Bench with(String... settings) {
        Map<String, String> map = new java.util.TreeMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return new Bench(2, map);
    }

    private static Bench running(Bench bench) {
        bench.bring(0, EVENT, 7);
        return bench;
    }

    @ParameterizedTest
    @CsvSource({"change,1", "zero,0"})
    void maskResult(String setting, long expected) {
        Bench bench = with("sdei.mask-result", setting);
        bench.call(0, SdeiFunction.PE_UNMASK);
        assertEquals(expected, bench.call(0, SdeiFunction.PE_MASK));
        assertEquals(0, bench.call(0, SdeiFunction.PE_MASK));
    }

    @ParameterizedTest
    @CsvSource({"kept,9", "zeroed,0"})
    void resultRegisters(String setting, long expected) {
        Bench bench = with("sdei.result-registers", setting);
        bench.call(0, SdeiFunction.EVENT_STATUS, EVENT, 9, 9, 9);
        assertEquals(expected, bench.pes.get(0).x[2]);
        assertEquals(expected, bench.pes.get(0).x[3]);
        assertEquals(9, bench.pes.get(0).x[4]);
    }

    @Test
    void completingOutsideAHandlerCanGoUnanswered() {
        Bench bench = with("sdei.complete-outside", "unanswered");
        assertEquals(0xC400_0025L, bench.call(0, SdeiFunction.EVENT_COMPLETE, 0));
        assertEquals(0xC400_0026L, bench.call(0, SdeiFunction.EVENT_COMPLETE_AND_RESUME, 0x8000));
    }

    @ParameterizedTest
    @CsvSource({"denied,-3", "invalid,-2"})
    void enableUnregistered(String setting, long expected) {
        Bench bench = with("sdei.enable-unregistered", setting);
        assertEquals(expected, bench.call(0, SdeiFunction.EVENT_ENABLE, EVENT));
        assertEquals(expected, bench.call(0, SdeiFunction.EVENT_DISABLE, EVENT));
    }

    @ParameterizedTest
    @CsvSource({"success,0", "denied,-3"})
    void enableAgain(String setting, long expected) {
        Bench bench = with("sdei.enable-again", setting);
        bench.bring(0, EVENT, 3);
        assertEquals(expected, bench.call(0, SdeiFunction.EVENT_ENABLE, EVENT));
        assertEquals(3, bench.call(0, SdeiFunction.EVENT_STATUS, EVENT));
    }

    @ParameterizedTest
    @CsvSource({"atomic,-3,7", "partial,-3,4", "forced,0,4"})
    void resetWhileAHandlerRuns(String setting, long result, long status) {
        Bench bench = running(with("sdei.reset", setting));
        assertEquals(result, bench.call(0, SdeiFunction.PRIVATE_RESET));
        assertEquals(status, bench.call(0, SdeiFunction.EVENT_STATUS, EVENT));
    }

    @ParameterizedTest
    @CsvSource({"running,4", "registered,5"})
    void statusOfAnEventThatWaitsToBeUnregistered(String setting, long expected) {
        Bench bench = running(with("sdei.pending-status", setting));
        assertEquals(-5, bench.call(0, SdeiFunction.EVENT_UNREGISTER, EVENT));
        assertEquals(expected, bench.call(0, SdeiFunction.EVENT_STATUS, EVENT));
        bench.call(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_STATUS, EVENT));
    }

    @Test
    void theAffinityUnderRmAnyCanBeAValue() {
        Bench bench = with("sdei.any-affinity", "value");
        bench.register(0, Bench.SHARED, Bench.ENTRY, 0);
        assertEquals(Affinity.ofIndex(0).mpidr(), bench.call(0, SdeiFunction.EVENT_GET_INFO, Bench.SHARED, 4));
    }

    @Test
    void addressesNeedNotBeLookedAt() {
        Bench bench = with("sdei.address-check", "none");
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_REGISTER, EVENT, 0x1002, 0, 0, 0));
    }

    @Test
    void addressesMayHaveToBeMapped() {
        Bench bench = with("sdei.address-check", "translated", "sdei.resume-address", "denied");
        bench.pes.get(0).mapped = 0x9000;
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_REGISTER, EVENT, 0x8000, 0, 0, 0));
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_REGISTER, EVENT, 0x9002, 0, 0, 0));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_REGISTER, EVENT, 0x9000, 0, 0, 0));
        bench.call(0, SdeiFunction.EVENT_ENABLE, EVENT);
        bench.call(0, SdeiFunction.PE_UNMASK);
        bench.inject(0, EVENT);
        bench.boundary(0);
        assertEquals(-3, bench.call(0, SdeiFunction.EVENT_COMPLETE_AND_RESUME, 0x8000));
        bench.call(0, SdeiFunction.EVENT_COMPLETE_AND_RESUME, 0x9000);
        assertEquals(0x9000, bench.pes.get(0).pc);
    }

    @Test
    void relativeEntryPointsCountFromTheVectorBase() {
        Bench bench = with("sdei.version", "1.1", "sdei.relative-mode", "present");
        assertEquals(1, bench.call(0, SdeiFunction.FEATURES, 1));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_REGISTER, EVENT, 0x800, 0, 2, 0));
        bench.call(0, SdeiFunction.EVENT_ENABLE, EVENT);
        bench.call(0, SdeiFunction.PE_UNMASK);
        Bench copy = with("sdei.version", "1.1", "sdei.relative-mode", "present");
        copy.restore(bench.save());
        for (Bench one : List.of(bench, copy)) {
            one.pes.get(0).vbar = 0x5000_0000L;
            one.inject(0, EVENT);
            assertTrue(one.boundary(0));
            assertEquals(0x5000_0800L, one.pes.get(0).pc);
        }
    }

    @Test
    void withVersion10ThereIsNoRelativeMode() {
        Bench bench = with("sdei.relative-mode", "present");
        assertEquals(-2, bench.call(0, SdeiFunction.FEATURES, 1));
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_REGISTER, EVENT, 0x800, 0, 2, 0));
    }

    @Test
    void signalsMayAlwaysBeForTheCaller() {
        Bench bench = with("sdei.signal-target", "caller");
        bench.bring(0, 0, 3);
        bench.call(0, SdeiFunction.PE_UNMASK);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_SIGNAL, 0, 0xFFFF_FFFFL));
        assertTrue(bench.boundary(0));
    }

    @ParameterizedTest
    @CsvSource({"refuse,-2,-2", "pend,-2,0", "accept,0,0"})
    void signalsToWhoeverCannotTakeThem(String setting, long unregistered, long masked) {
        Bench bench = with("sdei.signal-not-ready", setting);
        long target = Affinity.ofIndex(1).mpidr();
        assertEquals(unregistered, bench.call(0, SdeiFunction.EVENT_SIGNAL, 0, target));
        bench.register(1, 0, Bench.ENTRY, 0);
        bench.call(1, SdeiFunction.EVENT_ENABLE, 0);
        assertEquals(masked, bench.call(0, SdeiFunction.EVENT_SIGNAL, 0, target));
        bench.call(1, SdeiFunction.PE_UNMASK);
        assertEquals(masked == 0, bench.boundary(1));
    }

    @Test
    void aTriggerOfEvent0OnAMaskedPeMayBeLost() {
        Bench bench = with("sdei.masked-trigger", "lost", "sdei.signal-not-ready", "pend");
        bench.register(1, 0, Bench.ENTRY, 0);
        bench.call(1, SdeiFunction.EVENT_ENABLE, 0);
        assertEquals(
                0,
                bench.call(0, SdeiFunction.EVENT_SIGNAL, 0, Affinity.ofIndex(1).mpidr()));
        assertEquals(DeliveryOutcome.Kind.REJECTED, bench.inject(1, 0).kind());
        bench.call(1, SdeiFunction.PE_UNMASK);
        assertFalse(bench.boundary(1));
    }

    @ParameterizedTest
    @CsvSource({"pend,true", "lost,false"})
    void aTriggerForAPeThatIsOff(String setting, boolean kept) {
        Bench bench = with("sdei.offline-target", setting);
        bench.call(
                0,
                SdeiFunction.EVENT_REGISTER,
                Bench.SHARED,
                Bench.ENTRY,
                0,
                1,
                Affinity.ofIndex(1).mpidr());
        bench.call(0, SdeiFunction.EVENT_ENABLE, Bench.SHARED);
        bench.pes.get(1).on = false;
        bench.inject(0, Bench.SHARED);
        bench.pes.get(1).on = true;
        bench.call(1, SdeiFunction.PE_UNMASK);
        assertEquals(kept, bench.boundary(1));
    }

    @ParameterizedTest
    @CsvSource({"kept,77", "zeroed,0"})
    void registersThatTheInterfaceDoesNotUse(String setting, long expected) {
        Bench bench = with("sdei.entry-registers", setting);
        bench.bring(0, EVENT, 3);
        bench.call(0, SdeiFunction.PE_UNMASK);
        for (int n = 4; n < 18; n++) {
            bench.x(0, n, 77);
        }
        bench.x(0, 18, 78);
        bench.inject(0, EVENT);
        bench.boundary(0);
        assertEquals(expected, bench.pes.get(0).x[4]);
        assertEquals(expected, bench.pes.get(0).x[17]);
        assertEquals(78, bench.pes.get(0).x[18]);
        assertEquals(77, bench.call(0, SdeiFunction.EVENT_CONTEXT, 17));
    }

    @Test
    void entryPstateMayBeInherited() {
        Bench bench = with("sdei.entry-pstate", "inherit");
        bench.bring(0, EVENT, 3);
        bench.call(0, SdeiFunction.PE_UNMASK);
        long odd = 1L << 20 | 1L << 23 | 3L << 10;
        bench.pes.get(0).pstate = odd;
        bench.inject(0, EVENT);
        bench.boundary(0);
        assertEquals(odd | 0x3C5, bench.pes.get(0).pstate);
    }

    @Test
    void aClientAtEl2IsEnteredThere() {
        Bench bench = with("sdei.resume-pstate", "clear");
        bench.pes.forEach(pe -> pe.level = ExceptionLevel.EL2);
        assertEquals(-1, bench.call(0, SdeiFunction.EVENT_STATUS, EVENT), "called from EL1");
        bench.pes.get(0).pstate = 0x3C9;
        bench.bring(0, EVENT, 3);
        bench.call(0, SdeiFunction.PE_UNMASK);
        bench.pes.get(0).pstate = 0x5;
        bench.inject(0, EVENT);
        assertTrue(bench.boundary(0));
        assertEquals(ExceptionLevel.EL2, new ProcessorState(bench.pes.get(0).pstate).level());
        assertEquals(0x3C9, bench.pes.get(0).pstate & 0x3DF);
        Bench copy = with("sdei.resume-pstate", "clear");
        copy.pes.forEach(pe -> pe.level = ExceptionLevel.EL2);
        copy.pes.get(0).pstate = bench.pes.get(0).pstate;
        copy.restore(bench.save());
        copy.call(0, SdeiFunction.EVENT_COMPLETE_AND_RESUME, 0x8000);
        assertEquals(0x3C9, copy.pes.get(0).pstate);
        assertEquals(0x5, copy.pes.get(0).spsr);
    }

    @Test
    void profilesChooseWhatIsNotGiven() {
        SdeiPolicy tfa = Bench.policy(Map.of("profile", "tfa"));
        assertTrue(tfa.is(CallChoice.Reset.PARTIAL));
        assertTrue(tfa.is(DispatchChoice.ResumePstate.CLEAR));
        assertEquals(3, tfa.privateSlots());
        SdeiPolicy kvm = Bench.policy(Map.of("profile", "kvm-v7", "sdei.reset", "atomic"));
        assertTrue(kvm.is(CallChoice.Reset.ATOMIC), "a given setting overrules its profile");
        assertTrue(kvm.is(CallChoice.Signaled.ALWAYS_ONE));
        assertEquals(1, kvm.minorVersion());
        assertFalse(kvm.hasSlots());
        assertTrue(Bench.policy(Map.of("profile", "default")).is(CallChoice.Reset.ATOMIC));
    }

    @Test
    void eventsOfThePlatformAreRead() {
        assertEquals(
                List.of(
                        new PlatformEvent(0x1000, SdeiEventType.SHARED, SdeiPriority.CRITICAL),
                        new PlatformEvent(12, SdeiEventType.PRIVATE, SdeiPriority.NORMAL)),
                Bench.policy(Map.of("sdei.events", "0x1000.shared.critical+12.private.normal"))
                        .events());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.shared.normal",
                "1.shared",
                "x",
                "1.shared.normal+",
                "0x80000000.shared.normal",
                "1.any.normal"
            })
    void eventsThatCannotBeReadAreRefused(String text) {
        HypervisorException problem =
                assertThrows(HypervisorException.class, () -> Bench.policy(Map.of("sdei.events", text)));
        assertEquals(ErrorId.INVALID_SETTING, problem.id());
    }

    @Test
    void aPlatformEventHasAPositiveNumber() {
        assertThrows(
                IllegalArgumentException.class, () -> new PlatformEvent(0, SdeiEventType.SHARED, SdeiPriority.NORMAL));
    }
}
