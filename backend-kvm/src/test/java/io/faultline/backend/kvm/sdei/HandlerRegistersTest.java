/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.trace.TraceEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every register at handler entry and after both completions (sdei.md, 3.2 to 3.5). */
class HandlerRegistersTest {
    private static final long ARGUMENT = 0xFEDC_BA98_7654_3210L;
    private static final long INTERRUPTED_PC = 0xFFFF_8000_1234_5678L;
    private static final long SPAN = 1L << 23;
    private static final long DSSBS = 1L << 44;

    private final Bench bench = Bench.withDefaults(1);
    private final FakePe pe = bench.pes.get(0);

    /** Interrupts a guest with a value of its own in every register. */
    private long[] enterFrom(long pstate) {
        bench.register(0, Bench.PRIVATE, Bench.ENTRY, ARGUMENT);
        bench.enable(0, Bench.PRIVATE);
        bench.unmask(0);
        for (int n = 0; n < 31; n++) {
            pe.x[n] = 0x0101_0101_0101_0101L * (n + 1);
        }
        pe.pc = INTERRUPTED_PC;
        pe.pstate = pstate;
        pe.elr = 0xE1;
        pe.spsr = 0x51;
        long[] before = pe.x.clone();
        bench.inject(0, Bench.PRIVATE);
        assertTrue(bench.boundary(0));
        return before;
    }

    @Test
    void entryGivesX0ToX3AndPcAndLeavesTheRest() {
        long[] before = enterFrom(0x6000_0005L);
        assertEquals(Bench.ENTRY, pe.pc);
        assertEquals(Bench.PRIVATE, pe.x[0]);
        assertEquals(ARGUMENT, pe.x[1]);
        assertEquals(INTERRUPTED_PC, pe.x[2]);
        assertEquals(0x6000_0005L, pe.x[3]);
        for (int n = 4; n < 31; n++) {
            assertEquals(before[n], pe.x[n], "X" + n);
        }
        assertEquals(0xE1, pe.elr);
        assertEquals(0x51, pe.spsr);
    }

    /** Interrupted PSTATE, SCTLR, PSTATE of the handler, written out from the table of sdei.md, 3.3. */
    @ParameterizedTest
    @CsvSource({
        "00000005, 00800000, 000003c5",
        "00000000, 00800000, 000003c5",
        "00000004, 00800000, 000003c5",
        "f0000005, 00800000, f00003c5",
        "90000000, 00800000, 900003c5",
        "000003c5, 00800000, 000003c5",
        "00000c05, 00800000, 000003c5",
        "00001005, 00800000, 000003c5",
        "00000005, 100000800000, 000013c5",
        "00100005, 00800000, 000003c5",
        "00200005, 00800000, 000003c5",
        "00400005, 00800000, 004003c5",
        "00000005, 00000000, 004003c5",
        "00400000, 00000000, 004003c5",
        "00800005, 00800000, 000003c5",
        "01000000, 00800000, 010003c5",
    })
    void entryStateIsThatOfAnException(String interrupted, String sctlr, String expected) {
        pe.sctlr = Long.parseLong(sctlr, 16);
        enterFrom(Long.parseLong(interrupted, 16));
        assertEquals(Long.parseLong(expected, 16), pe.pstate);
        assertEquals(Long.parseLong(interrupted, 16), pe.x[3]);
    }

    @Test
    void contextGivesEveryInterruptedRegisterAgainAndAgain() {
        long[] before = enterFrom(5);
        for (int round = 0; round < 2; round++) {
            for (int n = 0; n < 18; n++) {
                assertEquals(before[n], bench.call(0, SdeiFunction.EVENT_CONTEXT, n), "X" + n);
            }
        }
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_CONTEXT, 18));
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_CONTEXT, 0x100));
        assertEquals(-2, bench.call(0, SdeiFunction.EVENT_CONTEXT, 0xFFFF_FFFFL));
    }

    @ParameterizedTest
    @CsvSource({"register-first,17,-3", "register-first,18,-2", "handler-first,17,-3", "handler-first,18,-3"})
    void orderOfTheChecksOfContextIsASetting(String setting, long register, long expected) {
        Bench other = new Bench(1, Map.of("sdei.context-check-order", setting));
        assertEquals(expected, other.call(0, SdeiFunction.EVENT_CONTEXT, register));
        other.bring(0, Bench.PRIVATE, 7);
        assertEquals(-2, other.call(0, SdeiFunction.EVENT_CONTEXT, 18));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 5, 0xF3C0_03C5L, 0x8140_0000L})
    void completeRestoresTheInterruptedContextBitByBit(long pstate) {
        long[] before = enterFrom(pstate);
        for (int n = 0; n < 31; n++) {
            pe.x[n] = ~before[n];
        }
        pe.x[1] = 0;
        bench.dispatcher.call(0, SdeiFunction.EVENT_COMPLETE.id());
        for (int n = 0; n < 18; n++) {
            assertEquals(before[n], pe.x[n], "X" + n);
        }
        for (int n = 18; n < 31; n++) {
            assertEquals(~before[n], pe.x[n], "X" + n);
        }
        assertEquals(INTERRUPTED_PC, pe.pc);
        assertEquals(pstate, pe.pstate);
        assertEquals(0xE1, pe.elr);
        assertEquals(0x51, pe.spsr);
    }

    @Test
    void resumeMakesTheInterruptedContextTheTargetOfAnEret() {
        long[] before = enterFrom(0x8040_0000L);
        for (int n = 0; n < 31; n++) {
            pe.x[n] = ~before[n];
        }
        pe.x[1] = 0x4_0280;
        bench.dispatcher.call(0, SdeiFunction.EVENT_COMPLETE_AND_RESUME.id());
        assertEquals(0x4_0280, pe.pc);
        assertEquals(0x8040_03C5L, pe.pstate);
        assertEquals(INTERRUPTED_PC, pe.elr);
        assertEquals(0x8040_0000L, pe.spsr);
        for (int n = 0; n < 18; n++) {
            assertEquals(before[n], pe.x[n], "X" + n);
        }
        for (int n = 18; n < 31; n++) {
            assertEquals(~before[n], pe.x[n], "X" + n);
        }
    }

    @ParameterizedTest
    @CsvSource({"entry,814003c5", "clear,000003c5", "inherit,81f01fc5"})
    void resumeStateIsASetting(String setting, String expected) {
        Bench other = new Bench(1, Map.of("sdei.resume-pstate", setting));
        other.arm(0, Bench.PRIVATE);
        other.pes.get(0).pstate = 0x81F0_1C00L;
        other.inject(0, Bench.PRIVATE);
        assertTrue(other.boundary(0));
        other.resume(0, 0x8000);
        assertEquals(Long.parseLong(expected, 16), other.pes.get(0).pstate);
    }

    @ParameterizedTest
    @CsvSource({
        "ignore,0,true,false",
        "ignore,1,true,true",
        "ignore,2,true,true",
        "refuse,1,true,true",
        "refuse,2,false,false"
    })
    void statusOfCompleteIsCheckedBySetting(String setting, long status, boolean completes, boolean failed) {
        Bench other = new Bench(1, Map.of("sdei.status-check", setting));
        Listener listener = new Listener();
        other.dispatcher.injection().listen(Bench.PRIVATE, listener);
        other.bring(0, Bench.PRIVATE, 7);
        long result = other.call(0, SdeiFunction.EVENT_COMPLETE, status);
        assertEquals(completes ? 3 : 7, other.status(0, Bench.PRIVATE));
        if (completes) {
            assertEquals(List.of("completed 0 false " + failed), listener.heard);
        } else {
            assertEquals(-2, result);
        }
    }

    @ParameterizedTest
    @CsvSource({"invalid,-2", "denied,-3"})
    void badResumeAddressLeavesHandlerAndContextAlone(String setting, long expected) {
        Bench other = new Bench(1, Map.of("sdei.resume-address", setting));
        other.arm(0, Bench.PRIVATE);
        other.pes.get(0).x[9] = 99;
        other.inject(0, Bench.PRIVATE);
        other.boundary(0);
        long pc = other.pes.get(0).pc;
        assertEquals(expected, other.resume(0, 0x8002));
        assertEquals(pc + 4, other.pes.get(0).pc);
        assertEquals(7, other.status(0, Bench.PRIVATE));
        assertEquals(99, other.call(0, SdeiFunction.EVENT_CONTEXT, 9));
        assertEquals(0, other.pes.get(0).elr);
    }

    @Test
    void completionsOutsideHandlersAreDeniedWhateverTheirArgument() {
        Bench strict = new Bench(1, Map.of("sdei.status-check", "refuse"));
        assertEquals(-3, strict.call(0, SdeiFunction.EVENT_COMPLETE, 77));
        assertEquals(-3, strict.resume(0, 0));
        assertEquals(-3, strict.resume(0, 3));
    }

    @Test
    void nestedHandlersKeepBothContexts() {
        bench.arm(0, Bench.PRIVATE);
        bench.arm(0, Bench.PRIVATE_CRITICAL);
        pe.x[7] = 70;
        pe.pc = 0x1000;
        pe.pstate = 0;
        bench.inject(0, Bench.PRIVATE);
        assertTrue(bench.boundary(0));
        pe.x[7] = 71;
        pe.pc = 0x2000;
        bench.inject(0, Bench.PRIVATE_CRITICAL);
        assertTrue(bench.boundary(0));
        assertEquals(0x2000, pe.x[2]);
        assertEquals(0x3C5, pe.x[3]);
        assertEquals(71, bench.call(0, SdeiFunction.EVENT_CONTEXT, 7));
        bench.complete(0);
        assertEquals(0x2000, pe.pc);
        assertEquals(71, pe.x[7]);
        assertEquals(70, bench.call(0, SdeiFunction.EVENT_CONTEXT, 7));
        bench.resume(0, 0x3000);
        assertEquals(0x3000, pe.pc);
        assertEquals(0x1000, pe.elr);
        assertEquals(0, pe.spsr);
        assertEquals(70, pe.x[7]);
        assertEquals(-3, bench.complete(0));
    }

    @Test
    void crashInNestedHandlersCanResumeTwiceWhileMasked() {
        bench.arm(0, Bench.PRIVATE);
        bench.arm(0, Bench.PRIVATE_CRITICAL);
        bench.inject(0, Bench.PRIVATE);
        bench.boundary(0);
        bench.inject(0, Bench.PRIVATE_CRITICAL);
        bench.boundary(0);
        assertEquals(1, bench.mask(0));
        bench.resume(0, 0x9000);
        assertEquals(Bench.PRIVATE, bench.running(0));
        bench.resume(0, 0x9004);
        assertEquals(-1, bench.running(0));
        assertEquals(0x9004, pe.pc);
        assertEquals(0, bench.mask(0));
    }

    @Test
    void eventPendingAtResumeInterruptsTheResumeAddress() {
        bench.arm(0, Bench.PRIVATE);
        bench.arm(0, Bench.OTHER);
        pe.pc = 0x1000;
        pe.pstate = 0;
        bench.inject(0, Bench.PRIVATE);
        assertTrue(bench.boundary(0));
        bench.inject(0, Bench.OTHER);
        assertFalse(bench.boundary(0));
        bench.resume(0, 0x8280);
        assertTrue(bench.boundary(0));
        assertEquals(Bench.OTHER, pe.x[0]);
        assertEquals(0x8280, pe.x[2]);
        assertEquals(ProcessorState.EL1H_MASKED.spsr(), pe.x[3]);
        assertEquals(0x1000, pe.elr);
        assertEquals(0, pe.spsr);
    }

    @Test
    void entryAndEndAreTraced() {
        bench.tracing = true;
        enterFrom(4);
        bench.complete(0);
        enterAgain();
        bench.resume(0, 0x8000);
        assertEquals(
                List.of(
                        new TraceEvent.SdeiDispatched(0, Bench.PRIVATE, INTERRUPTED_PC, 4),
                        new TraceEvent.SdeiCompleted(0, Bench.PRIVATE, false, INTERRUPTED_PC),
                        new TraceEvent.SdeiDispatched(0, Bench.PRIVATE, INTERRUPTED_PC, 4),
                        new TraceEvent.SdeiCompleted(0, Bench.PRIVATE, true, 0x8000)),
                bench.trace);
    }

    private void enterAgain() {
        bench.inject(0, Bench.PRIVATE);
        assertTrue(bench.boundary(0));
    }

    @Test
    void noContextOfAnEarlierHandlerShowsInALaterOne() {
        enterFrom(5);
        bench.complete(0);
        java.util.Arrays.fill(pe.x, 0);
        enterAgain();
        long[] context = new long[18];
        for (int n = 0; n < 18; n++) {
            context[n] = bench.call(0, SdeiFunction.EVENT_CONTEXT, n);
        }
        assertArrayEquals(new long[18], context);
    }

    @Test
    void ssbsFollowsTheSystemControlRegister() {
        pe.sctlr = SPAN | DSSBS;
        enterFrom(0);
        assertEquals(ProcessorState.SSBS, pe.pstate & ProcessorState.SSBS);
    }
}
