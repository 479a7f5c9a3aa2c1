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
import io.faultline.hwmodel.memory.MmioDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interrupts that are taken away from the PEs. */
class DiversionTest {
    private static final int PPI = 23;
    private static final int SPI = 44;
    private static final int SGI_BASE = 0x1_0000;

    private final InterruptController gic = new InterruptController(List.of(Affinity.ofIndex(0), Affinity.ofIndex(1)));
    private final List<String> changes = new ArrayList<>();

    @BeforeEach
    void openEverything() {
        gic.diversion((pe, intid) -> changes.add(pe + ":" + intid));
        write(gic.distributorFrame(), 0, 3);
        write(gic.distributorFrame(), 0x84, 0xFFFF_FFFFL);
        write(gic.distributorFrame(), 0x104, 0xFFFF_FFFFL);
        write(gic.redistributorFrame(0), SGI_BASE + 0x80, 0xFFFF_FFFFL);
        write(gic.redistributorFrame(0), SGI_BASE + 0x100, 0xFFFF_FFFFL);
        gic.cpuInterface(0).write(SystemRegister.ICC_PMR_EL1, 0xFF);
        gic.cpuInterface(0).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    private static void write(MmioDevice device, long offset, long value) {
        device.write(offset, AccessWidth.WORD, value);
    }

    private static long read(MmioDevice device, long offset) {
        return device.read(offset, AccessWidth.WORD);
    }

    private Redistributor private0() {
        return gic.redistributor(0);
    }

    @Test
    void aDivertedInterruptIsReportedAndNotSignalled() {
        private0().divert(PPI, true);
        gic.divert(SPI, true);
        changes.clear();
        private0().setLevel(PPI, true);
        gic.setLevel(SPI, true);
        assertEquals(List.of("0:" + PPI, "-1:" + SPI), changes);
        assertFalse(gic.cpuInterface(0).irqPending());
        assertTrue(private0().isPending(PPI));
        assertTrue(gic.isPending(SPI));
        private0().setLevel(PPI + 1, true);
        assertTrue(gic.cpuInterface(0).irqPending(), "others are");
        assertEquals(2, changes.size());
    }

    @Test
    void itIsAcknowledgedAndEndedByWhoeverDivertedIt() {
        gic.divert(SPI, true);
        gic.setLevel(SPI, true);
        gic.acknowledge(SPI);
        assertTrue(gic.isActive(SPI));
        gic.cpuInterface(0).deactivateNow(SPI);
        assertTrue(gic.isActive(SPI), "a PE cannot end it");
        gic.end(SPI);
        assertFalse(gic.isActive(SPI));
        private0().divert(PPI, true);
        private0().acknowledge(PPI);
        gic.cpuInterface(0).deactivateNow(PPI);
        assertTrue(private0().isActive(PPI));
        private0().end(PPI);
        assertFalse(private0().isActive(PPI));
    }

    @Test
    void whatIsGivenBackIsDisabledOfLowestPriorityAndNotPending() {
        write(gic.distributorFrame(), 0xC08, 2L << 2 * (SPI - 32));
        gic.setLevel(SPI, true);
        gic.divert(SPI, true);
        assertFalse(gic.isPending(SPI), "an edge from before is forgotten");
        gic.setLevel(SPI, false);
        gic.setLevel(SPI, true);
        gic.divert(SPI, false);
        assertFalse(gic.isPending(SPI));
        assertEquals(0, read(gic.distributorFrame(), 0x104) >>> SPI - 32 & 1);
        assertEquals(0xF8, gic.distributorFrame().read(0x400 + SPI, AccessWidth.BYTE));
        private0().divert(PPI, true);
        private0().divert(PPI, false);
        assertFalse(private0().isEnabled(PPI));
        assertEquals(0xF8, private0().priority(PPI));
        assertEquals(1, private0().group(PPI));
    }

    /** Registers of the distributor with one bit for each interrupt, at the word of SPI 44. */
    @ParameterizedTest
    @CsvSource({"0x084", "0x104", "0x184", "0x204", "0x284", "0x304", "0x384"})
    void bitsInTheDistributorAreRazWi(String offset) {
        long register = Long.decode(offset);
        gic.divert(SPI, true);
        gic.setLevel(SPI, true);
        gic.acknowledge(SPI);
        long before = gic.isActive(SPI) ? 1 : 0;
        assertEquals(0, read(gic.distributorFrame(), register) >>> SPI - 32 & 1);
        write(gic.distributorFrame(), register, 0xFFFF_FFFFL);
        write(gic.distributorFrame(), register, 0);
        assertEquals(before, gic.isActive(SPI) ? 1 : 0);
        assertTrue(gic.isPending(SPI));
        gic.diverted(SPI, false);
        assertEquals(1, read(gic.distributorFrame(), 0x104) >>> SPI - 32 & 1, "still enabled beneath");
        assertEquals(1, read(gic.distributorFrame(), 0x84) >>> SPI - 32 & 1, "still in its group beneath");
    }

    @ParameterizedTest
    @CsvSource({"0x080", "0x100", "0x180", "0x200", "0x280", "0x300", "0x380"})
    void bitsInTheRedistributorAreRazWi(String offset) {
        MmioDevice frame = gic.redistributorFrame(0);
        long register = SGI_BASE + Long.decode(offset);
        private0().divert(PPI, true);
        private0().setLevel(PPI, true);
        assertEquals(0, read(frame, register) >>> PPI & 1);
        write(frame, register, 0xFFFF_FFFFL);
        write(frame, register, 0);
        assertEquals(0, read(frame, register) >>> PPI & 1);
        assertTrue(private0().isPending(PPI));
        assertFalse(private0().isActive(PPI));
        private0().diverted(PPI, false);
        assertTrue(private0().isEnabled(PPI));
        assertEquals(1, private0().group(PPI));
    }

    @Test
    void prioritiesRoutesAndConfigurationAreRazWi() {
        MmioDevice distributor = gic.distributorFrame();
        MmioDevice frame = gic.redistributorFrame(0);
        distributor.write(0x400 + SPI, AccessWidth.BYTE, 0x50);
        distributor.write(0x6000 + 8 * SPI, AccessWidth.DOUBLEWORD, 1);
        frame.write(SGI_BASE + 0x400 + PPI, AccessWidth.BYTE, 0x50);
        write(distributor, 0xC08, 2L << 2 * (SPI - 32));
        write(frame, SGI_BASE + 0xC04, 2L << 2 * (PPI - 16));
        gic.divert(SPI, true);
        private0().divert(PPI, true);
        assertEquals(0, distributor.read(0x400 + SPI, AccessWidth.BYTE));
        assertEquals(0, distributor.read(0x6000 + 8 * SPI, AccessWidth.DOUBLEWORD));
        assertEquals(0, frame.read(SGI_BASE + 0x400 + PPI, AccessWidth.BYTE));
        assertEquals(0, read(distributor, 0xC08));
        assertEquals(0, read(frame, SGI_BASE + 0xC04));
        distributor.write(0x400 + SPI, AccessWidth.BYTE, 0);
        distributor.write(0x6000 + 8 * SPI, AccessWidth.DOUBLEWORD, 0);
        frame.write(SGI_BASE + 0x400 + PPI, AccessWidth.BYTE, 0);
        write(distributor, 0xC08, 0);
        write(frame, SGI_BASE + 0xC04, 0);
        write(distributor, 0x40, SPI);
        assertFalse(gic.isPending(SPI), "a message does not reach it");
        gic.diverted(SPI, false);
        private0().diverted(PPI, false);
        assertEquals(0x50, distributor.read(0x400 + SPI, AccessWidth.BYTE));
        assertEquals(1, distributor.read(0x6000 + 8 * SPI, AccessWidth.DOUBLEWORD));
        assertEquals(0x50, private0().priority(PPI));
        assertTrue(private0().isEdgeTriggered(PPI));
        assertEquals(2L << 2 * (SPI - 32), read(distributor, 0xC08));
    }

    @Test
    void heldInterruptsAreNotSignalledUntilTheyAreLetGo() {
        private0().setLevel(PPI, true);
        gic.cpuInterface(0).hold(true);
        assertFalse(gic.cpuInterface(0).irqPending());
        assertEquals(1023, gic.cpuInterface(0).read(SystemRegister.ICC_IAR1_EL1));
        gic.cpuInterface(0).hold(false);
        assertEquals(PPI, gic.cpuInterface(0).read(SystemRegister.ICC_IAR1_EL1));
    }

    @Test
    void resetGivesEverythingBackWithoutAWord() {
        gic.divert(SPI, true);
        private0().divert(PPI, true);
        gic.reset();
        InterruptController fresh = new InterruptController(List.of(Affinity.ofIndex(0), Affinity.ofIndex(1)));
        assertEquals(Saved.values(fresh), Saved.values(gic));
        changes.clear();
        gic.setLevel(SPI, true);
        assertEquals(List.of(), changes);
    }

    @Test
    void onlyPrivateAndSharedPeripheralInterruptsCanBeDiverted() {
        assertThrows(IllegalArgumentException.class, () -> private0().divert(5, true));
        assertThrows(IllegalArgumentException.class, () -> private0().diverted(32, true));
        assertThrows(IllegalArgumentException.class, () -> gic.divert(PPI, true));
        assertThrows(IllegalArgumentException.class, () -> gic.diverted(300, true));
        assertThrows(IllegalArgumentException.class, () -> gic.acknowledge(5));
        assertThrows(IllegalArgumentException.class, () -> gic.end(5));
        assertThrows(IllegalArgumentException.class, () -> private0().acknowledge(5));
        assertThrows(IllegalArgumentException.class, () -> private0().end(5));
        assertThrows(IllegalArgumentException.class, () -> gic.isActive(5));
        assertThrows(IllegalArgumentException.class, () -> gic.isPending(5));
    }

    /** The saved form, for comparison. */
    private static final class Saved {
        static Object values(InterruptController gic) {
            io.faultline.api.state.StateWriter writer = new io.faultline.api.state.StateWriter();
            writer.element(gic);
            return writer.values();
        }
    }
}
