/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.SavedState;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The event interrupt in its three styles, on a guest that is stepped (XEN-162 to XEN-174, XEN-199). */
class EventInterruptTest {
    private static final VcpuExit IDLE = new VcpuExit.WaitForInterrupt(OptionalLong.empty());
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();
    private static final int SPURIOUS = 1023;
    /** More than one event takes from WFI to WFI. */
    private static final int STEPS = 34;

    private static VcpuRig rig(UpcallStyle style) {
        VcpuRig rig = new VcpuRig(2, style);
        rig.open(0);
        rig.code(VcpuRig.CODE, VcpuRig.STOP);
        rig.code(VcpuRig.IRQ_VECTOR, VcpuRig.STOP);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        rig.upcalls().register(0, rig.frame(VcpuRig.INFO), 0);
        quiet(rig);
        return rig;
    }

    /** As if the guest had handled the upcall of the registration. */
    private static void quiet(VcpuRig rig) {
        acknowledge(rig);
        rig.byteAt(VcpuRig.INFO, 0);
        end(rig);
        assertFalse(rig.isPending(0));
    }

    private static long acknowledge(VcpuRig rig) {
        return rig.host().gic().cpuInterface(0).read(SystemRegister.ICC_IAR1_EL1);
    }

    private static void end(VcpuRig rig) {
        rig.host().gic().cpuInterface(0).write(SystemRegister.ICC_EOIR1_EL1, VcpuRig.PPI);
    }

    private static void trap(VcpuRig rig) {
        rig.call(0, TestPersonality.SCHED_OP, 0);
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void twoEventsAtAnyInstructionsAreBothHandled(UpcallStyle style) {
        VcpuRig rig = new VcpuRig(1, style);
        EventGuest guest = new EventGuest(rig, 0);
        // The others take long and differ in few places.
        int every = style == UpcallStyle.LEVEL ? 1 : 3;
        for (int first = 0; first < STEPS; first += every) {
            for (int second = first; second < STEPS; second++) {
                rig.machine.reset();
                guest.start();
                guest.send();
                for (int i = 0; i < STEPS; i++) {
                    if (i == first || i == second) {
                        guest.send();
                    }
                    guest.step();
                }
                guest.settle();
                String when = style + ", events before steps " + first + " and " + second;
                assertFalse(guest.isUnhandled(), when);
                assertTrue(guest.handled() >= 1 && guest.handled() <= 3, when);
                assertTrue(guest.upcalls() >= 2 && guest.upcalls() <= 5, when + ": " + guest.upcalls());
                long upcalls = guest.upcalls();
                rig.machine.clock().skipTo(rig.machine.clock().nanos() + 1_000_000);
                guest.settle();
                assertEquals(upcalls, guest.upcalls(), when);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void aMachineThatIsSavedAndRestoredAtAnyInstructionGoesOn(UpcallStyle style) {
        EventGuest guest = new EventGuest(new VcpuRig(1, style), 0);
        EventGuest other = new EventGuest(new VcpuRig(1, style), 0);
        boolean pending = false;
        boolean active = false;
        boolean both = false;
        for (int cut = 0; cut < STEPS; cut++) {
            guest.rig.machine.reset();
            guest.start();
            guest.send();
            for (int i = 0; i < cut; i++) {
                guest.step();
            }
            if (cut % 2 == 1) {
                guest.send();
            }
            boolean isPending = guest.rig.isPending(0);
            boolean isActive = guest.rig.redistributor(0).isActive(VcpuRig.PPI);
            pending |= isPending && !isActive;
            active |= isActive && !isPending;
            both |= isActive && isPending;
            SavedState saved = guest.rig.machine.save();
            other.rig.machine.restore(saved);
            assertEquals(saved, other.rig.machine.save());
            guest.settle();
            other.settle();
            assertFalse(other.isUnhandled());
            assertEquals(guest.handled(), other.handled(), "cut at " + cut);
            assertEquals(guest.upcalls(), other.upcalls(), "cut at " + cut);
            other.send();
            other.settle();
            assertEquals(guest.handled() + 1, other.handled(), "an event after the restore");
        }
        // The line that is resampled stays high until the end.
        active |= style == UpcallStyle.RESAMPLED;
        assertTrue(pending && active && both, "every state of the interrupt was met");
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void anEventAfterTheByteWasClearedAndBeforeTheEndIsAnotherUpcall(UpcallStyle style) {
        EventGuest guest = new EventGuest(new VcpuRig(1, style), 0).start();
        long before = guest.upcalls();
        guest.send();
        while (guest.pc() != EventGuest.BEFORE_END) {
            guest.step();
        }
        guest.send();
        guest.settle();
        assertEquals(2, guest.handled());
        assertEquals(before + 2, guest.upcalls());
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void waitingEndsWithInterruptsMaskedAndTheInterruptIsTakenOnceTheyAreNot(UpcallStyle style) {
        VcpuRig rig = rig(style);
        rig.code(VcpuRig.CODE, VcpuRig.MASK, VcpuRig.WFI, VcpuRig.NOP, VcpuRig.UNMASK, VcpuRig.NOP);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().markPending(0);
        assertEquals(STEPPED, rig.step(0));
        assertEquals(VcpuRig.CODE + 12, rig.pc(0));
        rig.step(0);
        rig.step(0);
        assertEquals(VcpuRig.IRQ_VECTOR, rig.pc(0));
        assertEquals(VcpuRig.CODE + 16, rig.vcpu(0).read(SystemRegister.ELR_EL1));
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void anEventWhileTheInterruptIsDisabledIsTakenWhenItIsEnabled(UpcallStyle style) {
        VcpuRig rig = rig(style);
        rig.code(VcpuRig.CODE, VcpuRig.UNMASK, VcpuRig.WFI, VcpuRig.NOP, 0x17FF_FFFE);
        rig.enable(0, false);
        rig.run(0, 10);
        rig.upcalls().markPending(0);
        rig.run(0, 10);
        assertTrue(rig.pc(0) < VcpuRig.VECTORS, "no interrupt");
        assertTrue(rig.isPending(0));
        rig.enable(0, true);
        rig.step(0);
        assertEquals(VcpuRig.IRQ_VECTOR, rig.pc(0));
    }

    @Test
    void aLineThatIsNotEnabledDoesNotEndWaitingUnlessTheStyleSaysSo() {
        for (UpcallStyle style : UpcallStyle.values()) {
            VcpuRig rig = rig(style);
            rig.code(VcpuRig.CODE, VcpuRig.WFI, VcpuRig.STOP);
            rig.enable(0, false);
            rig.run(0, 10);
            rig.upcalls().markPending(0);
            boolean idle = rig.step(0).equals(IDLE);
            assertEquals(style != UpcallStyle.RESAMPLED, idle, style.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void itIsNotTakenWhileSomethingOfHigherPriorityRuns(UpcallStyle style) {
        VcpuRig rig = rig(style);
        rig.masked(0, false);
        rig.priority(0, 0x80);
        rig.vcpu(0).write(SystemRegister.ICC_PMR_EL1, 0x80);
        rig.upcalls().markPending(0);
        assertEquals(STEPPED, rig.step(0));
        assertEquals(VcpuRig.CODE, rig.pc(0));
        assertTrue(rig.isPending(0));
        rig.vcpu(0).write(SystemRegister.ICC_PMR_EL1, 0x88);
        rig.step(0);
        assertEquals(VcpuRig.IRQ_VECTOR, rig.pc(0));
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void onlyTheVcpuWhoseEventItIsHearsOfIt(UpcallStyle style) {
        VcpuRig rig = rig(style);
        rig.turnOn(1, VcpuRig.CODE);
        rig.upcalls().register(1, rig.frame(VcpuRig.DATA), 0);
        assertFalse(rig.isPending(0));
        assertTrue(rig.isPending(1));
        rig.upcalls().markPending(0);
        assertTrue(rig.isPending(0));
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void theEndWithTheByteStillSetFiresAgainUnlessItIsAnEdge(UpcallStyle style) {
        VcpuRig rig = rig(style);
        rig.upcalls().markPending(0);
        assertEquals(VcpuRig.PPI, acknowledge(rig));
        assertEquals(style == UpcallStyle.LEVEL || style == UpcallStyle.RESAMPLED, rig.isPending(0));
        end(rig);
        boolean again = acknowledge(rig) == VcpuRig.PPI;
        assertEquals(style != UpcallStyle.EDGE, again);
        rig.byteAt(VcpuRig.INFO, 0);
        if (again) {
            end(rig);
        }
        assertEquals(SPURIOUS, acknowledge(rig));
        rig.upcalls().markPending(0);
        assertEquals(VcpuRig.PPI, acknowledge(rig), "a later event");
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void whatHappensWhenTheGuestClearsTheByteBeforeItTakesTheInterrupt(UpcallStyle style) {
        VcpuRig rig = rig(style);
        rig.upcalls().markPending(0);
        guestStore(rig, 0);
        assertEquals(style != UpcallStyle.LEVEL, rig.isPending(0));
        trap(rig);
        assertEquals(style == UpcallStyle.EDGE, rig.isPending(0));
        if (style == UpcallStyle.EDGE) {
            assertEquals(VcpuRig.PPI, acknowledge(rig), "a spurious upcall");
            end(rig);
        }
        rig.upcalls().markPending(0);
        assertTrue(rig.isPending(0));
    }

    /** The guest stores a byte by an instruction: STRB W3, [X2]. */
    private static void guestStore(VcpuRig rig, int value) {
        rig.code(VcpuRig.CODE, 0x39000043, VcpuRig.NOP, VcpuRig.NOP);
        rig.x(0, 2, VcpuRig.INFO);
        rig.x(0, 3, value);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        rig.step(0);
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void whatHappensWhenTheGuestSetsTheByteItself(UpcallStyle style) {
        VcpuRig rig = rig(style);
        guestStore(rig, 0x80);
        assertEquals(style == UpcallStyle.LEVEL, rig.isPending(0));
        rig.upcalls().markPending(0);
        assertTrue(rig.isPending(0), "bit 0 was clear");
        VcpuRig again = rig(style);
        guestStore(again, 1);
        trap(again);
        assertEquals(style != UpcallStyle.EDGE, again.isPending(0));
        again.upcalls().markPending(0);
        assertEquals(style != UpcallStyle.EDGE, again.isPending(0));
    }

    @Test
    void withAnEdgeAVcpuDoesNotSleepOverAByteThatIsSet() {
        VcpuRig rig = rig(UpcallStyle.EDGE);
        guestStore(rig, 1);
        rig.code(VcpuRig.CODE, VcpuRig.WFI, VcpuRig.STOP);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        assertEquals(new VcpuExit.BudgetExhausted(10), rig.run(0, 10));
        rig.redistributor(0).pend(VcpuRig.PPI);
        rig.enable(0, false);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        assertEquals(IDLE, rig.run(0, 10), "in flight, and not enabled");
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void anEventForAVcpuThatIsOffIsFoundWhenItIsOnUnlessItIsAnEdge(UpcallStyle style) {
        VcpuRig rig = rig(style);
        EventGuest guest = new EventGuest(rig, 1);
        rig.upcalls().register(1, rig.frame(VcpuRig.INFO), 0x100);
        rig.byteAt(VcpuRig.INFO + 0x100, 0);
        rig.wordAt(VcpuRig.INFO + 0x108, 0);
        guest.send();
        rig.turnOn(1, VcpuRig.CODE);
        guest.prepare();
        rig.x(1, 20, VcpuRig.INFO + 0x100);
        rig.vcpu(1).write(CoreRegister.PC, VcpuRig.CODE);
        if (style == UpcallStyle.EDGE) {
            rig.run(1, 2000);
            assertTrue(guest.upcalls() == 0, "lost");
        } else {
            guest.settle();
            assertTrue(guest.upcalls() > 0, "found");
        }
    }

    @Test
    void withALevelARunAndStepsAreTheSame() {
        EventGuest run = new EventGuest(new VcpuRig(1), 0).start();
        EventGuest steps = new EventGuest(new VcpuRig(1), 0).start();
        run.send();
        steps.send();
        run.settle();
        while (!steps.step().equals(IDLE)) {
            assertTrue(steps.rig.machine.clock().nanos() < 1_000_000);
        }
        assertEquals(run.rig.machine.save(), steps.rig.machine.save());
    }

    @Test
    void aSavedStateOfAnotherStyleOrWithAPlaceThatCannotBeIsRefused() {
        VcpuRig rig = rig(UpcallStyle.LEVEL);
        SavedState saved = rig.machine.save();
        StateRefusals.assertRefused(new VcpuRig(2, UpcallStyle.EDGE).machine, saved);
        String path = "xen/vcpus/vcpu-info/";
        StateRefusals.assertRefused(rig.machine, saved, path + "places", 0x1000_0000L, 0);
        StateRefusals.assertRefused(rig.machine, saved, path + "places", VcpuRig.INFO + 4, 0);
        StateRefusals.assertRefused(rig.machine, saved, path + "places", VcpuRig.INFO + 4056, 0);
        StateRefusals.assertRefused(rig.machine, saved, path + "places", VcpuRig.INFO, 8);
        StateRefusals.assertRefused(rig.machine, saved, path + "registered", 2, 0);
        rig.machine.restore(saved);
        assertEquals(saved, rig.machine.save());
    }

    @Test
    void aGuestThatMakesTheInterruptEdgeTriggeredGetsOneForEachRise() {
        VcpuRig rig = rig(UpcallStyle.LEVEL);
        rig.host().gic().redistributorFrame(0).write(0x1_0C04, AccessWidth.WORD, 2L << 2 * (VcpuRig.PPI - 16));
        rig.upcalls().markPending(0);
        assertEquals(VcpuRig.PPI, acknowledge(rig));
        end(rig);
        assertEquals(SPURIOUS, acknowledge(rig));
        rig.machine.restore(rig.machine.save());
        assertEquals(SPURIOUS, acknowledge(rig), "a restore is no rise");
        rig.byteAt(VcpuRig.INFO, 0);
        rig.upcalls().markPending(0);
        assertEquals(VcpuRig.PPI, acknowledge(rig));
    }
}
