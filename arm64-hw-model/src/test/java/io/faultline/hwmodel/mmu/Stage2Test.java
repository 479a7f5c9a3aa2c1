/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class Stage2Test {
    private static final long BASE = 0x4000_0000L;
    private final GuestRam ram = new GuestRam(List.of(new RamRegion(BASE, 0x3000)));
    private final Stage2 stage2 = new Stage2(ram);

    private Map<String, StateValue> save() {
        StateWriter writer = new StateWriter();
        writer.element(stage2);
        return writer.values();
    }

    @Test
    void residentMemoryAllowsEverything() {
        for (AccessKind access : AccessKind.values()) {
            assertEquals(Stage2.ALLOWED, stage2.check(BASE + 0x2FFF, access));
        }
    }

    @Test
    void anAbsentPageIsATranslationFaultOfLevel3() {
        ram.makeAbsent(BASE + 0x1000);
        assertEquals(FaultStatus.TRANSLATION + 3, stage2.check(BASE + 0x1000, AccessKind.READ));
    }

    @Test
    void theLevelOfATranslationFaultSaysHowFarMemoryIs() {
        assertEquals(FaultStatus.TRANSLATION + 3, stage2.check(BASE + 0x3000, AccessKind.READ));
        assertEquals(FaultStatus.TRANSLATION + 2, stage2.check(BASE + 0x20_0000, AccessKind.READ));
        assertEquals(FaultStatus.TRANSLATION + 1, stage2.check(0x0900_0000L, AccessKind.READ));
        assertEquals(FaultStatus.TRANSLATION + 1, stage2.check(0x8000_0000L, AccessKind.READ));
    }

    @Test
    void permissionsAreTakenAwayPageByPage() {
        stage2.permit(BASE + 0x1000, Stage2.READ);
        assertEquals(Stage2.ALLOWED, stage2.check(BASE + 0x1008, AccessKind.READ));
        assertEquals(FaultStatus.PERMISSION + 3, stage2.check(BASE + 0x1008, AccessKind.WRITE));
        assertEquals(FaultStatus.PERMISSION + 3, stage2.check(BASE + 0x1008, AccessKind.EXECUTE));
        assertEquals(Stage2.ALLOWED, stage2.check(BASE, AccessKind.WRITE));
        assertEquals(Stage2.READ, stage2.permissions(BASE + 0x1FFF));

        stage2.permit(BASE + 0x1000, Stage2.ALL);
        assertEquals(Stage2.ALL, stage2.permissions(BASE + 0x1000));
        assertThrows(IllegalArgumentException.class, () -> stage2.permit(BASE, 8));
    }

    @Test
    void stateRoundTripsAndResetForgets() {
        stage2.permit(BASE, 0);
        stage2.permit(BASE + 0x2000, Stage2.READ | Stage2.EXECUTE);
        Map<String, StateValue> state = save();
        stage2.reset();
        assertEquals(Stage2.ALL, stage2.permissions(BASE));

        new StateReader(state).element(stage2);
        assertEquals(0, stage2.permissions(BASE));
        assertEquals(Stage2.READ | Stage2.EXECUTE, stage2.permissions(BASE + 0x2000));
        assertEquals(state, save());
    }

    @Test
    void impossibleStateIsRefused() {
        for (long[] entry : new long[][] {{BASE + 1, 1}, {BASE, 7}, {BASE, -1}}) {
            Map<String, StateValue> state = new TreeMap<>(save());
            state.put("stage2/pages", new StateValue.Words(new long[] {entry[0]}));
            state.put("stage2/permissions", new StateValue.Words(new long[] {entry[1]}));
            assertEquals(
                    ErrorId.INVALID_STATE,
                    assertThrows(HypervisorException.class, () -> new StateReader(state).element(stage2))
                            .id());
        }
    }

    @Test
    void aPageCanLeadToOtherMemoryAndBack() {
        stage2.map(BASE + 0x1000, BASE + 0x2000);
        stage2.map(0x3800_0000L, BASE);
        assertEquals(BASE + 0x2ABC, stage2.physical(BASE + 0x1ABC));
        assertEquals(BASE + 8, stage2.physical(0x3800_0008L));
        assertEquals(BASE + 0x10, stage2.physical(BASE + 0x10));
        assertEquals(Stage2.ALLOWED, stage2.check(0x3800_0008L, AccessKind.WRITE));
        ram.makeAbsent(BASE + 0x2000);
        assertEquals(FaultStatus.TRANSLATION + 3, stage2.check(BASE + 0x1000, AccessKind.READ));
        stage2.mapToItself(BASE + 0x1FFF);
        assertEquals(Stage2.ALLOWED, stage2.check(BASE + 0x1000, AccessKind.READ));
    }

    @Test
    void aPageThatWasTakenOutIsNoMemory() {
        assertEquals(true, stage2.isIdentity());
        stage2.unmap(BASE + 0x1000);
        assertEquals(Stage2.HOLE, stage2.physical(BASE + 0x1004));
        assertEquals(FaultStatus.TRANSLATION + 3, stage2.check(BASE + 0x1004, AccessKind.READ));
        assertEquals(false, stage2.isIdentity());
        stage2.reset();
        assertEquals(BASE + 0x1004, stage2.physical(BASE + 0x1004));
    }

    @Test
    void onlyPagesLeadSomewhereAndOnlyToMemory() {
        assertThrows(IllegalArgumentException.class, () -> stage2.map(BASE, BASE + 0x3000));
        assertThrows(IllegalArgumentException.class, () -> stage2.map(BASE, BASE + 4));
        assertThrows(IllegalArgumentException.class, () -> stage2.map(BASE + 4, BASE));
        assertThrows(IllegalArgumentException.class, () -> stage2.unmap(-4096));
        assertEquals(true, stage2.isIdentity());
    }

    @Test
    void whereManyPagesLeadIsSavedAndRestored() {
        for (int i = 40; i > 0; i--) {
            stage2.map(0x1000_0000L + i * 0x1000L, BASE + i % 3 * 0x1000L);
        }
        stage2.unmap(BASE);
        stage2.mapToItself(0x1000_5000L);
        stage2.mapToItself(0x5555_5000L);
        Map<String, StateValue> state = save();
        stage2.reset();
        new StateReader(state).element(stage2);
        assertEquals(state, save());
        assertEquals(BASE + 0x1000, stage2.physical(0x1000_7000L));
        assertEquals(0x1000_5000L, stage2.physical(0x1000_5000L));
        assertEquals(Stage2.HOLE, stage2.physical(BASE));
    }

    @Test
    void aStateThatLeadsWhereThereIsNoMemoryIsRefused() {
        for (long[][] wrong : new long[][][] {
            {{BASE}, {BASE + 0x3000}},
            {{BASE + 8}, {BASE}},
            {{BASE, BASE}, {BASE, BASE}},
            {{-4096}, {BASE}},
            {{BASE}, {7}}
        }) {
            StateWriter writer = new StateWriter();
            StateWriter section = writer.section("stage2");
            section.words("moved", wrong[0]);
            section.words("frames", wrong[1]);
            section.words("pages", new long[0]);
            section.words("permissions", new long[0]);
            StateReader reader = new StateReader(writer.values());
            assertEquals(
                    ErrorId.INVALID_STATE,
                    assertThrows(HypervisorException.class, () -> reader.element(stage2))
                            .id());
        }
    }
}
