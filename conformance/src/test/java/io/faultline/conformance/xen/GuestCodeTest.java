/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.Budget;
import io.faultline.conformance.scenario.CheckFailure;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.scenario.TraceRecorder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The programs and tables of the checks do what they say, on a machine of any backend. */
class GuestCodeTest {
    private final Scenario s = new Scenario(
            Subject.open(
                    new KvmBackendProvider(), BackendConfiguration.defaults(new KvmBackendProvider().descriptor())),
            1,
            Budget.DEFAULT,
            CutPlan.NONE,
            new TraceRecorder());
    private final XenGuest guest = XenGuest.boot(s, 2);
    private final SteppingGuestCpu cpu = guest.cpu();
    private final GuestBlock word = guest.scratch(0);

    @AfterEach
    void close() {
        s.close();
    }

    private void run(int... instructions) {
        cpu.x(1, word.address());
        new GuestCode(cpu, instructions).finish();
        assertEquals(cpu.layout().el1(), cpu.pc());
    }

    @Test
    void bitsAreCombined() {
        cpu.x(2, 0xF0F0);
        cpu.x(3, 0x00FF);
        run(GuestCode.bic(4, 2, 3), GuestCode.and(5, 2, 3), GuestCode.orr(6, 2, 3), GuestCode.move(7, 2));
        assertEquals(0xF000, cpu.x(4));
        assertEquals(0x00F0, cpu.x(5));
        assertEquals(0xF0FF, cpu.x(6));
        assertEquals(0xF0F0, cpu.x(7));
    }

    @Test
    void doublewordsAreExchangedClearedAndSet() {
        word.quad(0, 0x1111_2222_3333_4444L);
        cpu.x(2, 0xFFFF_0000_0000_00FFL);
        cpu.x(3, 0x0F00_0000_0000_000FL);
        run(GuestCode.swap64(2, 5, 1), GuestCode.clear64(3, 6, 1), GuestCode.set64(3, 7, 1));
        assertEquals(0x1111_2222_3333_4444L, cpu.x(5));
        assertEquals(0xFFFF_0000_0000_00FFL, cpu.x(6));
        assertEquals(0xF0FF_0000_0000_00F0L, cpu.x(7));
        assertEquals(0xFFFF_0000_0000_00FFL, word.quad(0));
    }

    @Test
    void wordsAreExchangedAndClearedWithoutTheirNeighbours() {
        word.quad(0, 0x1111_2222_3333_4444L);
        cpu.x(2, 0xFFFF_FF00L);
        cpu.x(3, 0x0000_FF00L);
        run(GuestCode.swap32(2, 5, 1), GuestCode.clear32(3, 6, 1));
        assertEquals(0x3333_4444L, cpu.x(5));
        assertEquals(0xFFFF_FF00L, cpu.x(6));
        assertEquals(0x1111_2222_FFFF_0000L, word.quad(0));
    }

    @Test
    void anExclusivePairFailsIfTheWordWasWrittenMeanwhile() {
        word.quad(0, 5);
        int[] pair = {GuestCode.loadExclusive64(5, 1), A64.add(5, 5, 1), GuestCode.storeExclusive64(6, 5, 1), A64.NOP};
        run(pair);
        assertEquals(0, cpu.x(6));
        assertEquals(6, word.quad(0));
        GuestCode code = new GuestCode(cpu, pair);
        code.step();
        guest.cpu(1).put(word.address(), AccessWidth.DOUBLEWORD, 40);
        code.finish();
        assertEquals(1, cpu.x(6));
        assertEquals(40, word.quad(0));
        run(GuestCode.loadExclusive(5, 1), A64.add(5, 5, 2), GuestCode.storeExclusive(6, 5, 1));
        assertEquals(42, word.quad(0));
    }

    @Test
    void aProgramThatDoesNotEndIsAFailure() {
        assertThrows(CheckFailure.class, () -> run(A64.b(0)));
    }

    @Test
    void aProgramThatLeavesItsPlaceIsAFailure() {
        assertThrows(CheckFailure.class, () -> run(A64.UDF));
    }

    @Test
    void everyPointOfAProgramIsPlayed() {
        List<Long> seen = new ArrayList<>();
        int played = Interleaving.explore(s, () -> {
            XenGuest fresh = XenGuest.boot(s, 2);
            fresh.cpu().x(9, 0);
            GuestCode code = new GuestCode(fresh.cpu(), A64.add(9, 9, 1), A64.add(9, 9, 1), A64.add(9, 9, 1));
            return new Interleaving.Race(
                    fresh.rig(),
                    code,
                    () -> seen.add(fresh.cpu().x(9)),
                    when -> assertEquals(3, fresh.cpu().x(9)));
        });
        assertEquals(4, played);
        assertEquals(List.of(0L, 1L, 2L, 3L), seen);
    }

    @Test
    void aProgramThatSleepsHasNoFurtherPoints() {
        List<Long> seen = new ArrayList<>();
        int played = Interleaving.explore(s, () -> {
            XenGuest fresh = XenGuest.boot(s, 2);
            fresh.cpu().gic().initialise();
            fresh.cpu().gic().enable(new io.faultline.api.arm64.InterruptId(3));
            fresh.cpu(1).gic().initialise();
            fresh.cpu().x(9, 0);
            GuestCode code = new GuestCode(fresh.cpu(), A64.add(9, 9, 1), A64.WFI, A64.add(9, 9, 1));
            return new Interleaving.Race(
                    fresh.rig(),
                    code,
                    () -> {
                        seen.add(fresh.cpu().x(9));
                        fresh.cpu(1).msr(io.faultline.api.arm64.SystemRegister.ICC_SGI1R_EL1, 3L << 24 | 1);
                    },
                    when -> assertEquals(2, fresh.cpu().x(9)));
        });
        assertEquals(3, played);
        assertTrue(s.witnessed().contains(Interleaving.SLEPT));
        assertEquals(List.of(0L, 1L, 1L), seen);
    }

    @Test
    void theWindowIsTranslated() {
        Stage1 tables = Stage1.turnOn(cpu);
        GuestBlock real = guest.scratch(1).quad(16, 77);
        long window = tables.map(3, real.address());
        assertEquals(Stage1.WINDOW + 3 * 4096, window);
        assertEquals(77, cpu.get(window + 16, AccessWidth.DOUBLEWORD));
        cpu.put(window + 16, AccessWidth.DOUBLEWORD, 78);
        assertEquals(78, real.quad(16));
        tables.mapReadOnly(3, guest.scratch(2).quad(16, 5).address());
        assertEquals(5, cpu.get(window + 16, AccessWidth.DOUBLEWORD));
        assertThrows(CheckFailure.class, () -> cpu.put(window + 16, AccessWidth.DOUBLEWORD, 6));
        assertEquals(5, guest.scratch(2).quad(16));
    }

    @Test
    void whatIsNotMappedFaults() {
        Stage1 tables = Stage1.turnOn(cpu);
        cpu.x(17, tables.unmap(1));
        GuestStep step = cpu.load(AccessWidth.DOUBLEWORD, 16, 17);
        assertEquals(
                cpu.layout().vectorFromEl1(0),
                assertInstanceOf(GuestStep.Diverted.class, step).pc());
    }

    @Test
    void theCounterIsReadInNanoseconds() {
        long before = guest.systemTime();
        guest.rig().advance(5_000_000);
        long passed = guest.systemTime() - before;
        assertTrue(passed >= 5_000_000 && passed < 5_100_000, "passed " + passed);
    }
}
