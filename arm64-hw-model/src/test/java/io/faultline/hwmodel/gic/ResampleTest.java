/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.SystemRegister;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PPIs that somebody makes pending, and lines that are looked at when the interrupt ends. */
class ResampleTest {
    private static final int PPI = 31;
    private static final int SPURIOUS = 1023;

    private final InterruptController gic = new InterruptController(List.of(Affinity.ofIndex(0), Affinity.ofIndex(1)));
    private final Redistributor redistributor = gic.redistributor(0);

    @BeforeEach
    void openEverything() {
        gic.distributorFrame().write(0, AccessWidth.WORD, 2);
        gic.redistributorFrame(0).write(0x1_0080, AccessWidth.WORD, 0xFFFF_FFFFL);
        gic.redistributorFrame(0).write(0x1_0100, AccessWidth.WORD, 0xFFFF_FFFFL);
        gic.cpuInterface(0).write(SystemRegister.ICC_PMR_EL1, 0xFF);
        gic.cpuInterface(0).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    private long acknowledge() {
        return gic.cpuInterface(0).read(SystemRegister.ICC_IAR1_EL1);
    }

    private void end() {
        gic.cpuInterface(0).write(SystemRegister.ICC_EOIR1_EL1, PPI);
    }

    @Test
    void aLevelSensitiveInterruptCanBeMadePendingOnce() {
        assertFalse(redistributor.isEdgeTriggered(PPI));
        assertEquals(SPURIOUS, gic.cpuInterface(0).signalled());
        redistributor.pend(PPI);
        assertEquals(PPI, gic.cpuInterface(0).signalled());
        assertEquals(PPI, acknowledge());
        redistributor.pend(PPI);
        assertTrue(redistributor.isPending(PPI) && redistributor.isActive(PPI));
        end();
        assertEquals(PPI, acknowledge());
        end();
        assertEquals(SPURIOUS, acknowledge());
        assertThrows(IllegalArgumentException.class, () -> redistributor.pend(32));
    }

    @Test
    void aDivertedInterruptThatIsMadePendingIsReported() {
        List<Integer> changes = new ArrayList<>();
        gic.diversion((pe, intid) -> changes.add(intid));
        redistributor.divert(PPI, true);
        redistributor.pend(PPI);
        assertEquals(List.of(PPI), changes);
    }

    @Test
    void theLineFollowsItsSourceWhenTheInterruptEnds() {
        boolean[] high = {true};
        redistributor.resampleAtEnd(PPI, (pe, ppi) -> pe == 0 && ppi == PPI && high[0]);
        assertFalse(redistributor.isLineHigh(PPI));
        redistributor.setLevel(PPI, true);
        assertEquals(PPI, acknowledge());
        end();
        assertEquals(PPI, acknowledge(), "still high");
        high[0] = false;
        assertTrue(redistributor.isLineHigh(PPI), "nobody has looked");
        end();
        assertEquals(SPURIOUS, acknowledge());
        assertFalse(redistributor.isLineHigh(PPI));
    }
}
