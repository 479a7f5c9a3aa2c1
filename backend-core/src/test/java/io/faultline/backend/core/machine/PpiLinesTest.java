/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import org.junit.jupiter.api.Test;

/** PPIs whose lines the VMM drives. */
class PpiLinesTest {
    private static final int INTID = 20;
    private static final Ppi EDGE = new Ppi(new InterruptId(INTID), Trigger.EDGE);
    private static final Ppi LEVEL = new Ppi(new InterruptId(INTID), Trigger.LEVEL);
    private static final long SGI_BASE = 0x1_0000;

    private final Rig rig = new Rig(2);
    private final Host host = rig.personality.host();
    private boolean eventDue;
    private final PpiLines lines = new PpiLines(host, vcpu -> eventDue);

    private void write(long offset, long value) {
        host.gic().redistributorFrame(0).write(SGI_BASE + offset, AccessWidth.WORD, value);
    }

    private void open() {
        host.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        write(0x80, 0xFFFF_FFFFL);
        write(0x100, 1L << INTID);
        write(0xC04, 2L << 2 * (INTID - 16));
        rig.vcpu().write(SystemRegister.ICC_PMR_EL1, 0xFF);
        rig.vcpu().write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        rig.vcpu().write(CoreRegister.PSTATE, rig.vcpu().read(CoreRegister.PSTATE) & ~ProcessorState.I);
    }

    private void assertPending(String obstacle) {
        assertEquals(DeliveryOutcome.rejected(obstacle), lines.injectNow(EDGE, 0));
        assertFalse(lines.state(EDGE, 0).pending());
        assertEquals(DeliveryOutcome.pending(obstacle), lines.inject(EDGE, 0));
        assertEquals(DeliveryOutcome.coalesced(), lines.inject(EDGE, 0));
        assertTrue(lines.cancel(EDGE, 0));
        assertFalse(lines.cancel(EDGE, 0));
    }

    @Test
    void anEdgeThatCanBeTakenIsDelivered() {
        open();
        assertEquals(DeliveryOutcome.DELIVERED, lines.inject(EDGE, 0));
        assertEquals(new ChannelState(true, true, false), lines.state(EDGE, 0));
        assertEquals(DeliveryOutcome.Kind.REJECTED, lines.injectNow(EDGE, 0).kind(), "it is pending already");
        rig.vcpu().read(SystemRegister.ICC_IAR1_EL1);
        assertTrue(lines.cancel(EDGE, 0));
        assertEquals(DeliveryOutcome.DELIVERED, lines.injectNow(EDGE, 0));
    }

    @Test
    void whatKeepsAnInterruptFromBeingTakenIsNamed() {
        open();
        rig.vcpu().write(CoreRegister.PSTATE, rig.vcpu().read(CoreRegister.PSTATE) | ProcessorState.I);
        assertPending("interrupts are masked on vCPU 0");
        open();
        eventDue = true;
        assertPending("an event goes first on vCPU 0");
        eventDue = false;
        write(0x100, 1L << 21);
        host.gic().redistributor(0).setLevel(21, true);
        write(0x400 + 20, 0xF0);
        assertPending("another interrupt goes first on vCPU 0");
        rig.vcpu().write(SystemRegister.ICC_PMR_EL1, 0);
        assertPending(EDGE.interrupt() + " is active, its group is off, or its priority is too low");
        write(0x180, 1L << INTID);
        assertPending(EDGE.interrupt() + " is not enabled");
    }

    @Test
    void aVcpuThatIsOffGetsItLater() {
        host.gic().redistributorFrame(1).write(SGI_BASE + 0xC04, AccessWidth.WORD, 2L << 2 * (INTID - 16));
        assertEquals(DeliveryOutcome.pending("vCPU 1 is off"), lines.inject(EDGE, 1));
    }

    @Test
    void aLevelIsDrivenAndNotInjected() {
        open();
        write(0xC04, 0);
        assertEquals(DeliveryOutcome.Kind.REJECTED, lines.inject(LEVEL, 0).kind());
        assertEquals(
                DeliveryOutcome.Kind.REJECTED, lines.inject(EDGE, 0).kind(), "the guest has made it level-sensitive");
        lines.setLevel(LEVEL, 0, true);
        assertTrue(lines.state(LEVEL, 0).pending());
        assertFalse(lines.cancel(LEVEL, 0));
        lines.setLevel(LEVEL, 0, false);
        assertFalse(lines.state(LEVEL, 0).pending());
    }

    @Test
    void aFastInterruptIsMaskedByF() {
        open();
        write(0x80, 0);
        host.gic().distributorFrame().write(0, AccessWidth.WORD, 3);
        rig.vcpu().write(SystemRegister.ICC_IGRPEN0_EL1, 1);
        assertPending("interrupts are masked on vCPU 0");
    }

    @Test
    void whatIsActiveIsNotTakenBack() {
        open();
        lines.inject(EDGE, 0);
        write(0x300, 1L << INTID);
        assertFalse(lines.cancel(EDGE, 0));
    }
}
