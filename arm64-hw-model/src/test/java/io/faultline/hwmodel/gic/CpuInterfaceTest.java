/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import static io.faultline.api.arm64.SystemRegister.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Life cycles of private interrupts through the CPU interface. */
class CpuInterfaceTest {
    private static final int SGI_BASE = 0x10000;
    private static final int IGROUPR0 = SGI_BASE + 0x80;
    private static final int ISENABLER0 = SGI_BASE + 0x100;
    private static final int ISPENDR0 = SGI_BASE + 0x200;
    private static final int IPRIORITYR = SGI_BASE + 0x400;
    private static final int ICFGR1 = SGI_BASE + 0xC04;
    private static final int SPURIOUS = 1023;

    private final InterruptController gic = new InterruptController(
            List.of(Affinity.ofIndex(0), Affinity.ofIndex(1), Affinity.ofIndex(16), new Affinity(0x1_0003L)));
    private final Redistributor redistributor = gic.redistributor(0);
    private final CpuInterface cpu = gic.cpuInterface(0);

    CpuInterfaceTest() {
        gic.distributorFrame().write(0, AccessWidth.WORD, 3);
        for (int i = 0; i < gic.processors(); i++) {
            gic.cpuInterface(i).write(ICC_PMR_EL1, 0xF0);
            gic.cpuInterface(i).write(ICC_IGRPEN1_EL1, 1);
            gic.redistributorFrame(i).write(IGROUPR0, AccessWidth.WORD, 0xFFFF_FFFFL);
            gic.redistributorFrame(i).write(ISENABLER0, AccessWidth.WORD, 0xFFFF_FFFFL);
        }
    }

    private void set(int register, long value) {
        gic.redistributorFrame(0).write(register, AccessWidth.WORD, value);
    }

    private void priority(int intid, int value) {
        gic.redistributorFrame(0).write(IPRIORITYR + intid, AccessWidth.BYTE, value);
    }

    private void edge(int ppi) {
        set(ICFGR1, 2L << 2 * (ppi - 16));
    }

    private long read(SystemRegister register) {
        return cpu.read(register);
    }

    @Test
    void aLevelInterruptFollowsItsLine() {
        assertFalse(cpu.irqPending());
        redistributor.setLevel(23, true);
        assertTrue(cpu.irqPending());
        assertTrue(redistributor.isPending(23));
        assertTrue(redistributor.wouldBeTaken(23));
        redistributor.setLevel(23, false);
        assertFalse(cpu.irqPending());
        assertFalse(redistributor.isPending(23));
    }

    @Test
    void acknowledgeActivatesAndEndDeactivates() {
        redistributor.setLevel(23, true);
        assertEquals(23, read(ICC_HPPIR1_EL1));
        assertEquals(23, read(ICC_IAR1_EL1));
        assertTrue(redistributor.isActive(23));
        assertFalse(cpu.irqPending());
        assertFalse(redistributor.wouldBeTaken(23));
        assertEquals(SPURIOUS, read(ICC_IAR1_EL1));
        redistributor.setLevel(23, false);
        cpu.write(ICC_EOIR1_EL1, 23);
        assertFalse(redistributor.isActive(23));
        assertFalse(cpu.irqPending());
        assertEquals(0xFF, read(ICC_RPR_EL1));
    }

    @Test
    void aLineThatIsStillHighFiresAgainAfterDeactivation() {
        redistributor.setLevel(23, true);
        read(ICC_IAR1_EL1);
        assertFalse(cpu.irqPending());
        cpu.write(ICC_EOIR1_EL1, 23);
        assertTrue(cpu.irqPending());
        assertEquals(23, read(ICC_IAR1_EL1));
    }

    @Test
    void anEdgeIsLatchedOnce() {
        edge(20);
        assertTrue(redistributor.isEdgeTriggered(20));
        redistributor.pulse(20);
        assertTrue(redistributor.isPending(20));
        assertEquals(20, read(ICC_IAR1_EL1));
        assertFalse(redistributor.isPending(20));
        redistributor.pulse(20);
        assertTrue(redistributor.isPending(20));
        assertFalse(cpu.irqPending());
        cpu.write(ICC_EOIR1_EL1, 20);
        assertTrue(cpu.irqPending());
        read(ICC_IAR1_EL1);
        cpu.write(ICC_EOIR1_EL1, 20);
        assertFalse(cpu.irqPending());
    }

    @Test
    void aHeldLineOfAnEdgeInterruptDoesNotFireAgain() {
        edge(20);
        redistributor.setLevel(20, true);
        read(ICC_IAR1_EL1);
        cpu.write(ICC_EOIR1_EL1, 20);
        assertFalse(cpu.irqPending());
        assertTrue(redistributor.isLineHigh(20));
    }

    @Test
    void aPulseOnALevelInterruptIsNotRemembered() {
        redistributor.pulse(20);
        assertFalse(redistributor.isPending(20));
    }

    @Test
    void softwareCanSetAndClearPending() {
        set(ISPENDR0, 1L << 20);
        assertTrue(redistributor.isPending(20));
        set(SGI_BASE + 0x280, 1L << 20);
        assertFalse(redistributor.isPending(20));
    }

    @Test
    void onlyHigherPriorityThanTheMaskIsSignalled() {
        priority(23, 0xF0);
        redistributor.setLevel(23, true);
        assertFalse(cpu.irqPending());
        assertFalse(redistributor.wouldBeTaken(23));
        assertEquals(23, read(ICC_HPPIR1_EL1));
        assertEquals(SPURIOUS, read(ICC_IAR1_EL1));
        cpu.write(ICC_PMR_EL1, 0xFF);
        assertEquals(0xF8, read(ICC_PMR_EL1));
        assertTrue(cpu.irqPending());
        assertEquals(23, read(ICC_IAR1_EL1));
    }

    @Test
    void theHighestPriorityWinsAndThenTheLowestNumber() {
        priority(20, 0x40);
        priority(21, 0x40);
        priority(22, 0x20);
        for (int ppi = 20; ppi <= 22; ppi++) {
            redistributor.setLevel(ppi, true);
        }
        assertEquals(22, read(ICC_IAR1_EL1));
        cpu.write(ICC_EOIR1_EL1, 22);
        redistributor.setLevel(22, false);
        assertEquals(20, read(ICC_IAR1_EL1));
    }

    @Test
    void aHigherPriorityPreempts() {
        priority(20, 0x80);
        priority(21, 0x80);
        priority(22, 0x40);
        redistributor.setLevel(20, true);
        assertEquals(20, read(ICC_IAR1_EL1));
        assertEquals(0x80, read(ICC_RPR_EL1));
        redistributor.setLevel(21, true);
        assertFalse(cpu.irqPending(), "the same priority does not preempt");
        redistributor.setLevel(22, true);
        assertTrue(cpu.irqPending());
        assertEquals(22, read(ICC_IAR1_EL1));
        assertEquals(0x40, read(ICC_RPR_EL1));
        assertEquals(1L << 16 | 1L << 8, read(ICC_AP1R0_EL1));
        redistributor.setLevel(22, false);
        cpu.write(ICC_EOIR1_EL1, 22);
        assertEquals(0x80, read(ICC_RPR_EL1));
        redistributor.setLevel(20, false);
        cpu.write(ICC_EOIR1_EL1, 20);
        assertEquals(21, read(ICC_IAR1_EL1));
    }

    @Test
    void theBinaryPointDecidesWhatPreempts() {
        cpu.write(ICC_BPR1_EL1, 6);
        assertEquals(6, read(ICC_BPR1_EL1));
        priority(20, 0x38);
        priority(22, 0x08);
        redistributor.setLevel(20, true);
        read(ICC_IAR1_EL1);
        assertEquals(0, read(ICC_RPR_EL1));
        redistributor.setLevel(22, true);
        assertFalse(cpu.irqPending(), "group priorities are equal: bits 7:6");
    }

    @Test
    void binaryPointsHaveALowestValue() {
        cpu.write(ICC_BPR1_EL1, 0);
        cpu.write(ICC_BPR0_EL1, 0);
        assertEquals(3, read(ICC_BPR1_EL1));
        assertEquals(2, read(ICC_BPR0_EL1));
    }

    @Test
    void aCommonBinaryPointServesBothGroups() {
        cpu.write(ICC_CTLR_EL1, 1);
        cpu.write(ICC_BPR0_EL1, 5);
        assertEquals(6, read(ICC_BPR1_EL1));
        cpu.write(ICC_BPR1_EL1, 3);
        assertEquals(6, read(ICC_BPR1_EL1), "writes are ignored");
        cpu.write(ICC_BPR0_EL1, 7);
        assertEquals(7, read(ICC_BPR1_EL1));
        priority(20, 0x38);
        redistributor.setLevel(20, true);
        read(ICC_IAR1_EL1);
        assertEquals(0, read(ICC_RPR_EL1));
    }

    @Test
    void withEoiMode1EndDropsPriorityAndDirDeactivates() {
        cpu.write(ICC_CTLR_EL1, 2);
        assertEquals(0x8402, read(ICC_CTLR_EL1));
        redistributor.setLevel(23, true);
        read(ICC_IAR1_EL1);
        cpu.write(ICC_EOIR1_EL1, 23);
        assertEquals(0xFF, read(ICC_RPR_EL1));
        assertTrue(redistributor.isActive(23));
        assertFalse(cpu.irqPending(), "active and pending is not signalled");
        cpu.write(ICC_DIR_EL1, 23);
        assertFalse(redistributor.isActive(23));
        assertTrue(cpu.irqPending());
    }

    @Test
    void anEndWrittenForTheOtherGroupIsIgnored() {
        cpu.write(ICC_SGI1R_EL1, 5L << 24 | 1);
        assertEquals(5, read(ICC_IAR1_EL1));
        long running = read(ICC_RPR_EL1);
        cpu.write(ICC_EOIR0_EL1, 5);
        assertEquals(running, read(ICC_RPR_EL1));
        assertEquals(1 << 5, gic.redistributorFrame(0).read(SGI_BASE + 0x300, AccessWidth.WORD));
        cpu.write(ICC_EOIR1_EL1, 5);
        assertEquals(0, gic.redistributorFrame(0).read(SGI_BASE + 0x300, AccessWidth.WORD));
    }

    @Test
    void withEoiMode0DirIsIgnored() {
        redistributor.setLevel(23, true);
        read(ICC_IAR1_EL1);
        cpu.write(ICC_DIR_EL1, 23);
        assertTrue(redistributor.isActive(23));
    }

    @Test
    void specialAndUnknownNumbersEndNothing() {
        redistributor.setLevel(23, true);
        read(ICC_IAR1_EL1);
        cpu.write(ICC_EOIR1_EL1, SPURIOUS);
        assertEquals(0, read(ICC_RPR_EL1));
        cpu.write(ICC_EOIR1_EL1, 500);
        assertEquals(0xFF, read(ICC_RPR_EL1), "priority drops for whatever number");
        assertTrue(redistributor.isActive(23));
    }

    @Test
    void nothingIsSignalledWhileAGroupIsDisabledSomewhere() {
        redistributor.setLevel(23, true);
        cpu.write(ICC_IGRPEN1_EL1, 0);
        assertFalse(cpu.irqPending());
        assertEquals(0, read(ICC_IGRPEN1_EL1));
        assertEquals(SPURIOUS, read(ICC_HPPIR1_EL1));
        cpu.write(ICC_IGRPEN1_EL1, 1);
        assertTrue(cpu.irqPending());
        gic.distributorFrame().write(0, AccessWidth.WORD, 1);
        assertFalse(cpu.irqPending());
        gic.distributorFrame().write(0, AccessWidth.WORD, 2);
        set(SGI_BASE + 0x180, 1L << 23);
        assertFalse(redistributor.isEnabled(23));
        assertFalse(cpu.irqPending());
    }

    @Test
    void group0IsSignalledAsFiq() {
        set(IGROUPR0, ~(1L << 23) & 0xFFFF_FFFFL);
        assertEquals(0, redistributor.group(23));
        redistributor.setLevel(23, true);
        assertFalse(cpu.fiqPending(), "group 0 is not enabled");
        cpu.write(ICC_IGRPEN0_EL1, 1);
        assertEquals(1, read(ICC_IGRPEN0_EL1));
        assertTrue(cpu.fiqPending());
        assertFalse(cpu.irqPending());
        assertEquals(SPURIOUS, read(ICC_IAR1_EL1));
        assertEquals(SPURIOUS, read(ICC_HPPIR1_EL1));
        assertEquals(23, read(ICC_HPPIR0_EL1));
        assertEquals(23, read(ICC_IAR0_EL1));
        assertEquals(1, read(ICC_AP0R0_EL1));
        cpu.write(ICC_EOIR1_EL1, 23);
        assertEquals(0, read(ICC_RPR_EL1), "the end register of the other group drops nothing");
        cpu.write(ICC_EOIR0_EL1, 23);
        assertEquals(0xFF, read(ICC_RPR_EL1));
    }

    @Test
    void groupsNestByPriority() {
        set(IGROUPR0, ~(1L << 23) & 0xFFFF_FFFFL);
        cpu.write(ICC_IGRPEN0_EL1, 1);
        priority(20, 0x80);
        priority(23, 0x40);
        redistributor.setLevel(20, true);
        assertEquals(20, read(ICC_IAR1_EL1));
        redistributor.setLevel(23, true);
        assertEquals(23, read(ICC_IAR0_EL1));
        redistributor.setLevel(23, false);
        cpu.write(ICC_EOIR0_EL1, 23);
        assertEquals(0x80, read(ICC_RPR_EL1));
        redistributor.setLevel(20, false);
        cpu.write(ICC_EOIR1_EL1, 20);
        assertEquals(0xFF, read(ICC_RPR_EL1));
    }

    @Test
    void activePrioritiesCanBeWritten() {
        cpu.write(ICC_AP1R0_EL1, 1L << 4);
        assertEquals(0x20, read(ICC_RPR_EL1));
        cpu.write(ICC_AP0R0_EL1, 1L << 2);
        assertEquals(0x10, read(ICC_RPR_EL1));
    }

    @Test
    void anSgiReachesItsTargets() {
        cpu.write(ICC_SGI1R_EL1, 5L << 24 | 0b10);
        assertFalse(gic.cpuInterface(0).irqPending());
        assertEquals(5, gic.cpuInterface(1).read(ICC_IAR1_EL1));
        assertFalse(gic.cpuInterface(2).irqPending());

        cpu.write(ICC_SGI1R_EL1, 6L << 24 | 1L << 16 | 1);
        assertEquals(6, gic.cpuInterface(2).read(ICC_IAR1_EL1));

        cpu.write(ICC_SGI1R_EL1, 7L << 24 | 2L << 48 | 1L << 32 | 0b1000);
        assertFalse(gic.cpuInterface(3).irqPending(), "Aff3 is 0 there, not 2");
        cpu.write(ICC_SGI1R_EL1, 7L << 24 | 1L << 32 | 0b1000);
        assertEquals(7, gic.cpuInterface(3).read(ICC_IAR1_EL1));
    }

    @Test
    void everyAffinityFieldCounts() {
        InterruptController big = new InterruptController(List.of(Affinity.ofIndex(0), new Affinity(0x03_0002_0114L)));
        big.distributorFrame().write(0, AccessWidth.WORD, 2);
        CpuInterface target = big.cpuInterface(1);
        target.write(ICC_PMR_EL1, 0xF0);
        target.write(ICC_IGRPEN1_EL1, 1);
        big.redistributorFrame(1).write(IGROUPR0, AccessWidth.WORD, 0xFFFF);
        big.redistributorFrame(1).write(ISENABLER0, AccessWidth.WORD, 0xFFFF);
        long right = 3L << 48 | 1L << 44 | 2L << 32 | 1L << 16 | 9L << 24 | 1 << 4;
        for (long wrong : new long[] {1L << 48, 1L << 45, 1L << 33, 1L << 17}) {
            big.cpuInterface(0).write(ICC_SGI1R_EL1, right ^ wrong);
            assertFalse(target.irqPending(), Long.toHexString(wrong));
        }
        big.cpuInterface(0).write(ICC_SGI1R_EL1, right);
        assertEquals(9, target.read(ICC_IAR1_EL1));
    }

    @Test
    void anSgiMayGoToAllOthers() {
        cpu.write(ICC_ASGI1R_EL1, 1L << 40 | 3L << 24);
        assertFalse(gic.cpuInterface(0).irqPending());
        for (int i = 1; i < gic.processors(); i++) {
            assertEquals(3, gic.cpuInterface(i).read(ICC_IAR1_EL1));
        }
    }

    @Test
    void anSgiToItselfIsPending() {
        cpu.write(ICC_SGI1R_EL1, 1);
        assertTrue(redistributor.isPending(0));
        assertEquals(0, read(ICC_IAR1_EL1));
    }

    @Test
    void anSgiForTheOtherGroupIsDropped() {
        cpu.write(ICC_SGI0R_EL1, 1);
        assertFalse(redistributor.isPending(0));
        set(IGROUPR0, 0xFFFF_FFFEL);
        cpu.write(ICC_SGI0R_EL1, 1);
        assertTrue(redistributor.isPending(0));
    }

    @Test
    void systemRegisterAccessIsTheOnlyOne() {
        cpu.write(ICC_SRE_EL1, 0);
        assertEquals(7, read(ICC_SRE_EL1));
    }

    @Test
    void registersThatDoNotExistHereAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> read(ICC_EOIR1_EL1));
        assertThrows(IllegalArgumentException.class, () -> cpu.write(ICC_IAR1_EL1, 0));
        assertThrows(IllegalArgumentException.class, () -> redistributor.setLevel(15, true));
        assertThrows(IllegalArgumentException.class, () -> redistributor.isPending(32));
        assertThrows(IllegalArgumentException.class, () -> redistributor.priority(-1));
        assertThrows(IllegalArgumentException.class, () -> new InterruptController(List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new InterruptController(List.of(Affinity.ofIndex(0), Affinity.ofIndex(0))));
    }

    @Test
    void stateRoundTripsInTheMiddleOfAnInterrupt() {
        edge(20);
        priority(20, 0x40);
        redistributor.setLevel(20, true);
        redistributor.setLevel(23, true);
        read(ICC_IAR1_EL1);
        cpu.write(ICC_BPR1_EL1, 4);
        cpu.write(ICC_CTLR_EL1, 2);
        StateWriter writer = new StateWriter();
        writer.element(gic);

        InterruptController copy = new InterruptController(
                List.of(Affinity.ofIndex(0), Affinity.ofIndex(1), Affinity.ofIndex(16), new Affinity(0x1_0003L)));
        StateReader reader = new StateReader(writer.values());
        reader.element(copy);
        reader.finish();
        StateWriter again = new StateWriter();
        again.element(copy);
        assertEquals(writer.values(), again.values());
        assertEquals(cpu.irqPending(), copy.cpuInterface(0).irqPending());
        assertEquals(read(ICC_RPR_EL1), copy.cpuInterface(0).read(ICC_RPR_EL1));

        gic.reset();
        assertFalse(redistributor.isActive(23));
        assertFalse(cpu.irqPending());
        assertEquals(0, read(ICC_PMR_EL1));
    }

    @Test
    void impossibleStateIsRefused() {
        StateWriter writer = new StateWriter();
        writer.element(gic);
        Map<String, StateValue> bad = new TreeMap<>(writer.values());
        bad.put("gic/redistributor.0/priority", new StateValue.Bytes(new byte[3]));
        assertThrows(HypervisorException.class, () -> new StateReader(bad).element(gic));
    }
}
