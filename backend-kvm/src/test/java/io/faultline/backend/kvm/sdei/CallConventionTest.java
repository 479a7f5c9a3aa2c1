/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.sdei.SdeiFunction;
import io.faultline.backend.kvm.sdei.policy.OfferChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallConventionTest {
    private static final long UPPER = 0xDEAD_BEEF_0000_0000L;

    @ParameterizedTest
    @ValueSource(ints = {0xC400_0033, 0xC400_003A, 0xC400_003F})
    void undefinedNumbersOfTheRangeAreNotSupported(int function) {
        assertEquals(-1, Bench.withDefaults(1).callNumber(0, function));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x8400_0020, 0x8400_0032, 0xC400_001F, 0xC400_0040, 0x0400_0020, 0x4400_0020, 0})
    void otherNumbersAreNotCallsOfThisInterface(int function) {
        Bench bench = Bench.withDefaults(1);
        bench.pes.get(0).x[0] = 99;
        assertFalse(bench.dispatcher.call(0, function));
        assertEquals(99, bench.pes.get(0).x[0]);
    }

    @ParameterizedTest
    @EnumSource(SdeiFunction.class)
    void callsOutsideHandlersTouchNoRegisterButX0(SdeiFunction function) {
        Bench bench = Bench.withDefaults(1);
        FakePe pe = bench.pes.get(0);
        for (int n = 0; n < pe.x.length; n++) {
            pe.x[n] = 0x1111_1111_0000_0000L * (n & 1) + n;
        }
        pe.elr = 5;
        pe.spsr = 6;
        long[] before = pe.x.clone();
        long pc = pe.pc;
        long pstate = pe.pstate;
        assertTrue(bench.dispatcher.call(0, function.id()));
        assertArrays(before, pe.x);
        assertEquals(pc, pe.pc);
        assertEquals(pstate, pe.pstate);
        assertEquals(5, pe.elr);
        assertEquals(6, pe.spsr);
    }

    private static void assertArrays(long[] before, long[] after) {
        assertEquals(
                Arrays.toString(Arrays.copyOfRange(before, 1, 31)), Arrays.toString(Arrays.copyOfRange(after, 1, 31)));
    }

    @Test
    void upperHalvesOf32BitArgumentsAreIgnored() {
        Bench bench = Bench.withDefaults(1);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_REGISTER, UPPER | Bench.PRIVATE, Bench.ENTRY, 0, 0, 0));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_ENABLE, UPPER | Bench.PRIVATE));
        assertEquals(3, bench.call(0, SdeiFunction.EVENT_STATUS, UPPER | Bench.PRIVATE));
        assertEquals(1, bench.call(0, SdeiFunction.EVENT_GET_INFO, UPPER | Bench.SHARED, UPPER));
        assertEquals(0x3_0003, bench.call(0, SdeiFunction.FEATURES, UPPER));
        assertEquals(-3, bench.call(0, SdeiFunction.EVENT_CONTEXT, UPPER | 17));
    }

    @Test
    void flagsAffinitiesAndModesAre64BitsWide() {
        Bench bench = Bench.withDefaults(1);
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_REGISTER, Bench.PRIVATE, Bench.ENTRY, 0, 1L << 32, 0));
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_SIGNAL, 0, 1L << 40));
        bench.register(0, Bench.SHARED);
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_ROUTING_SET, Bench.SHARED, 1L << 63, 0));
    }

    @ParameterizedTest
    @EnumSource(
            value = SdeiFunction.class,
            names = {
                "EVENT_REGISTER",
                "EVENT_ENABLE",
                "EVENT_DISABLE",
                "EVENT_UNREGISTER",
                "EVENT_STATUS",
                "EVENT_GET_INFO",
                "EVENT_ROUTING_SET",
                "EVENT_SIGNAL"
            })
    void unknownEventsAreInvalidInEveryCallThatTakesOne(SdeiFunction function) {
        Bench bench = Bench.withDefaults(1);
        assertEquals(-2, bench.call(0, function, Bench.UNKNOWN, Bench.ENTRY, 0, 0, 0));
        assertEquals(-2, bench.call(0, function, 0x8000_0000L, Bench.ENTRY, 0, 0, 0));
        assertEquals(-2, bench.call(0, function, 0xFFFF_FFFFL, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "1.0,none,0001000000000000",
        "1.1,none,0001000100000000",
        "1.0,kvm,00010000004b564d",
        "1.1,kvm,00010001004b564d"
    })
    void versionIsThatOfTheSettings(String version, String vendor, String expected) {
        Bench bench = new Bench(1, Map.of("sdei.version", version, "sdei.vendor", vendor));
        assertEquals(Long.parseLong(expected, 16), bench.call(0, SdeiFunction.VERSION));
    }

    @ParameterizedTest
    @CsvSource({"1.0,0,0x30003", "1.0,1,-2", "1.0,16,-2", "1.0,-1,-2", "1.1,0,0x30003", "1.1,1,0", "1.1,2,-2"})
    void featuresAreThoseOfTheVersion(String version, long feature, long expected) {
        assertEquals(expected, new Bench(1, Map.of("sdei.version", version)).call(0, SdeiFunction.FEATURES, feature));
    }

    @ParameterizedTest
    @CsvSource({"0,0,1", "1,1,0"})
    void signaledValueCanBeEitherWay(String setting, long event0, long others) {
        Bench bench = new Bench(1, Map.of("sdei.signaled-value", setting));
        assertEquals(event0, bench.call(0, SdeiFunction.EVENT_GET_INFO, 0, 1));
        assertEquals(others, bench.call(0, SdeiFunction.EVENT_GET_INFO, Bench.PRIVATE, 1));
        assertEquals(others, bench.call(0, SdeiFunction.EVENT_GET_INFO, Bench.SHARED, 1));
    }

    @Test
    void priorityAndTypeAreThoseOfTheEvent() {
        Bench bench = Bench.withDefaults(1);
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_GET_INFO, 0, 0));
        assertEquals(0, bench.call(0, SdeiFunction.EVENT_GET_INFO, 0, 2));
        assertEquals(1, bench.call(0, SdeiFunction.EVENT_GET_INFO, Bench.PRIVATE_CRITICAL, 2));
        assertEquals(1, bench.call(0, SdeiFunction.EVENT_GET_INFO, Bench.SHARED_CRITICAL, 0));
        assertEquals(1, bench.call(0, SdeiFunction.EVENT_GET_INFO, Bench.SHARED_CRITICAL, 2));
    }

    @ParameterizedTest
    @CsvSource({"both,true,true", "hvc,true,false", "smc,false,true"})
    void conduitIsThatOfTheSettings(String setting, boolean hvc, boolean smc) {
        SdeiPolicy policy = Bench.policy(Map.of("sdei.conduit", setting));
        assertEquals(hvc, policy.isOffered(OfferChoice.Conduit.HVC));
        assertEquals(smc, policy.isOffered(OfferChoice.Conduit.SMC));
    }

    @Test
    void withoutADispatcherNoConduitIsOffered() {
        SdeiPolicy policy = Bench.policy(Map.of("sdei.dispatcher", "absent"));
        assertFalse(policy.isOffered());
        assertFalse(policy.isOffered(OfferChoice.Conduit.HVC));
        assertFalse(policy.isOffered(OfferChoice.Conduit.SMC));
    }
}
