/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.hvc;
import static io.faultline.backend.core.machine.A64.smc;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.state.SavedState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Calls with an immediate, and pages of the hypervisor's own. */
class TaggedCallTest {
    private static final long PRIVATE = 1L << 48;

    private static Rig lead(long page, long where) {
        Rig rig = new Rig(1);
        rig.start(hvc(EventPersonality.LEAD), NOP).set(1, page).set(2, where).step();
        return rig;
    }

    @Test
    void aCallThatIsNotOfThePersonalityIsNotSupported() {
        for (int instruction : new int[] {hvc(7), smc(EventPersonality.NEED)}) {
            Rig rig = new Rig(1).start(instruction, NOP);
            rig.step();
            assertEquals(-1, rig.x(0));
            assertEquals(Rig.CODE + 4, rig.pc());
        }
    }

    @Test
    void aCallGoesOnWhenItsPageHasCome() {
        Rig rig = new Rig(1).start(hvc(EventPersonality.NEED), NOP).set(1, Rig.DATA);
        rig.pages().evict(Rig.DATA);
        assertTrue(rig.run() instanceof VcpuExit.WaitForPage);
        assertEquals(Rig.CODE, rig.pc());
        assertEquals(List.of("0 WRITE " + Long.toHexString(Rig.DATA)), rig.pages().seen);
        rig.machine.clock().skipTo(2_000_000);
        assertEquals(new VcpuExit.Stepped(), rig.step());
        assertEquals(Rig.CODE + 4, rig.pc());
        assertEquals(0, rig.x(0));
        assertEquals(2, rig.x(2));
    }

    @Test
    void aCallFailsWhosePageIsLost() {
        Rig rig = new Rig(1).start(hvc(EventPersonality.NEED), NOP).set(1, Rig.DATA);
        rig.pages().evict(Rig.DATA);
        rig.pages().poison(Rig.DATA);
        rig.step();
        assertEquals(-14, rig.x(0));
        assertEquals(Rig.CODE + 4, rig.pc());
    }

    @Test
    void everybodySeesTheMemoryToWhichAPageLeads() {
        Rig rig = new Rig(1);
        rig.machine.memory().store(Rig.DATA + 8, AccessWidth.DOUBLEWORD, 0x1111);
        rig.start(hvc(EventPersonality.LEAD), NOP).set(1, Rig.DATA).set(2, 1).step();
        assertEquals(PRIVATE + 0x1000, rig.personality.host().privateFrame(1));
        assertEquals(0, rig.machine.memory().load(Rig.DATA + 8, AccessWidth.DOUBLEWORD));
        rig.machine.memory().store(Rig.DATA + 8, AccessWidth.DOUBLEWORD, 0x1234_5678_9ABC_DEF0L);
        assertEquals(
                0x1234_5678_9ABC_DEF0L, rig.personality.host().ram().load(PRIVATE + 0x1008, AccessWidth.DOUBLEWORD));
        byte[] across = new byte[0x1010];
        for (int i = 0; i < across.length; i++) {
            across[i] = (byte) i;
        }
        rig.machine.memory().write(Rig.DATA + 0xFF8, across);
        byte[] back = new byte[across.length];
        rig.machine.memory().read(Rig.DATA + 0xFF8, back);
        assertArrayEquals(across, back);
        assertEquals(7, rig.personality.host().ram().load(PRIVATE + 0x1FFF, AccessWidth.BYTE));
    }

    @Test
    void theGuestCannotReachWhereNothingLeads() {
        Rig rig = lead(Rig.DATA, 0);
        // LDR X3, [X1]
        rig.start(0xF940_0023).set(1, Rig.DATA);
        assertEquals(new VcpuExit.MmioRead(Rig.DATA, AccessWidth.DOUBLEWORD), rig.run());
    }

    @Test
    void aVmmCannotReadWhatIsAbsentAndNothingIsCopiedThen() {
        Rig rig = lead(Rig.DATA + 0x3000, 1);
        rig.pages().evict(Rig.DATA + 0x1000);
        byte[] target = {1, 2, 3, 4};
        assertThrows(HypervisorException.class, () -> rig.machine.memory().read(Rig.DATA + 0xFFE, target));
        assertArrayEquals(new byte[] {1, 2, 3, 4}, target);
        assertEquals(PageResidency.ABSENT, rig.machine.memory().residency(Rig.DATA + 0x1000));
    }

    @Test
    void whereAPageLeadsIsSavedAndWhoTriesAStateIsToldWhenThatIsOver() {
        Rig rig = lead(Rig.DATA, 1);
        rig.machine.memory().store(Rig.DATA, AccessWidth.WORD, 77);
        SavedState state = rig.machine.save();
        Rig other = new Rig(1);
        other.machine.restore(state);
        assertEquals(77, other.machine.memory().load(Rig.DATA, AccessWidth.WORD));
        assertEquals(List.of("closed rehearsal"), other.personalities.get(1).seen);
        other.machine.close();
        other.machine.close();
        assertEquals(List.of("closed"), other.personality.seen);
    }

    @Test
    void aPersonalityHasNoConsoleAndNoNodesUnlessItSaysSo() {
        Rig rig = new Rig(1);
        assertEquals(Optional.empty(), rig.machine.console());
        assertEquals(List.of(), rig.machine.platformNodes());
        assertThrows(
                IndexOutOfBoundsException.class, () -> rig.personality.host().privateFrame(2));
    }
}
