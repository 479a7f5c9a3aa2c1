/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.notification.Trigger;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a guest is not told by PPI, and why. */
class ApfPpiVetoTest {
    private static final SdeiEvent EVENT = new SdeiEvent(0x77, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
    private static final Ppi DEVICE = new Ppi(InterruptId.ppi(22), Trigger.LEVEL);
    private static final long SGI_FRAME = 0x080B_0000L;
    private static final long IGROUPR0 = SGI_FRAME + 0x80;
    private static final long ISENABLER0 = SGI_FRAME + 0x100;
    private static final long ICENABLER0 = SGI_FRAME + 0x180;
    private static final long IPRIORITYR = SGI_FRAME + 0x400;
    private static final long ICFGR1 = SGI_FRAME + 0xC04;

    private final ApfRig taken = rig("taken");
    private int next;

    private static ApfRig rig(String inject) {
        ApfRig rig = new ApfRig(
                1,
                Map.of("apf.route", "ppi", "apf.inject", inject),
                PageFaultDecoration.NONE,
                request ->
                        request.asyncPageFaults(ApfRig.INTERRUPT).channel(EVENT).channel(DEVICE));
        rig.enable(0);
        for (int i = 0; i < 8; i++) {
            rig.pages().discard(page(i));
        }
        return rig;
    }

    private static void device(ApfRig rig, long address, AccessWidth width, long value) {
        rig.start(0);
        rig.cpu(0).x(1, address);
        rig.cpu(0).x(2, value);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).store(width, 2, 1));
    }

    private static void sdei(ApfRig rig, SdeiFunction function, long... arguments) {
        assertEquals(0, rig.call(0, function.id(), arguments));
    }

    private void vetoed(ApfRig rig, Veto veto) {
        vetoed(rig, veto, ProcessorState.EL0T);
    }

    private void vetoed(ApfRig rig, Veto veto, ProcessorState state) {
        long before = rig.counters().count(veto);
        rig.user(0);
        rig.cpu(0).write(CoreRegister.PSTATE, state.spsr());
        GuestStep.Stopped stopped = assertInstanceOf(GuestStep.Stopped.class, rig.touchHere(0, page(next++)));
        VcpuExit.WaitForPage wait = assertInstanceOf(VcpuExit.WaitForPage.class, stopped.exit());
        assertEquals(veto, wait.ticket().veto().orElseThrow());
        assertEquals(before + 1, rig.counters().count(veto));
        assertEquals(0, rig.counters().announced());
        assertEquals(0, rig.word(area(0)));
    }

    private void announced(ApfRig rig) {
        rig.announced(0, page(next++));
        assertEquals(1, rig.counters().announced());
    }

    @Test
    void maskedInterrupts() {
        ApfRig pending = rig("pending");
        vetoed(pending, Veto.INTERRUPTS_MASKED, ProcessorState.EL0T.with(ProcessorState.I));
        vetoed(taken, Veto.INTERRUPTS_MASKED, ProcessorState.EL0T.with(ProcessorState.I));
        pending.user(0);
        pending.cpu(0)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL0T.with(ProcessorState.F).spsr());
        assertInstanceOf(GuestStep.Diverted.class, pending.touchHere(0, page(next)));
    }

    @Test
    void anInterruptOfGroup0IsMaskedAsAFastOne() {
        ApfRig pending = rig("pending");
        device(pending, IGROUPR0, AccessWidth.WORD, 0);
        vetoed(pending, Veto.INTERRUPTS_MASKED, ProcessorState.EL0T.with(ProcessorState.F));
    }

    @Test
    void aRunningHandlerOfAnEvent() {
        ApfRig pending = rig("pending");
        for (ApfRig rig : new ApfRig[] {pending, taken}) {
            sdei(rig, SdeiFunction.EVENT_REGISTER, EVENT.event(), rig.setup(0).handler(), 0, 0, 0);
            sdei(rig, SdeiFunction.EVENT_ENABLE, EVENT.event());
            sdei(rig, SdeiFunction.PE_UNMASK);
            rig.machine.notifications().orElseThrow().inject(EVENT, 0);
            rig.open(0);
            assertEquals(
                    new GuestStep.Diverted(rig.setup(0).handler()), rig.cpu(0).noOperation());
            vetoed(rig, Veto.HANDLER_RUNNING);
        }
    }

    @Test
    void anInterruptThatTheGuestHasTurnedOff() {
        ApfRig pending = rig("pending");
        for (ApfRig rig : new ApfRig[] {pending, taken}) {
            device(rig, ICENABLER0, AccessWidth.WORD, 1L << ApfRig.INTERRUPT);
            vetoed(rig, Veto.INTERRUPTS_MASKED);
            device(rig, ISENABLER0, AccessWidth.WORD, 1L << ApfRig.INTERRUPT);
            announced(rig);
        }
    }

    @Test
    void aPriorityThatIsTooLowForAnInterruptToBeTakenAtOnce() {
        taken.cpu(0).write(SystemRegister.ICC_PMR_EL1, 0x80);
        vetoed(taken, Veto.INTERRUPTS_MASKED);
        taken.cpu(0).write(SystemRegister.ICC_PMR_EL1, 0xF0);
        announced(taken);
    }

    @Test
    void anInterruptThatIsActive() {
        taken.start(0);
        long token = taken.announced(0, page(next++));
        taken.ask(0, ApfFunction.IRQ_ACK);
        taken.complete(page(next - 1));
        taken.word(area(0), 0);
        taken.word(area(0) + 4, 0);
        taken.ask(0, ApfFunction.IRQ_ACK);
        assertEquals(0x1000, token);
        assertInstanceOf(GuestStep.Stopped.class, taken.touch(0, page(next)));
        assertEquals(1, taken.counters().count(Veto.HANDLER_RUNNING));
    }

    @Test
    void anEdgeWouldBeRememberedAndIsNotTried() {
        device(taken, ICFGR1, AccessWidth.WORD, 2L << 2 * (ApfRig.INTERRUPT - 16));
        vetoed(taken, Veto.INTERRUPTS_MASKED);
        assertEquals(false, taken.isDue(0));
    }

    /** It can be due at the access only if nothing looked since: the VMM raises it while the vCPU stands there. */
    @Test
    void anotherInterruptThatIsTakenFirst() {
        device(taken, ISENABLER0, AccessWidth.WORD, 1 << 22);
        device(taken, IGROUPR0, AccessWidth.WORD, 0xFFFF_FFFFL);
        device(taken, IPRIORITYR + 22, AccessWidth.BYTE, 0x40);
        taken.machine.notifications().orElseThrow().setLevel(DEVICE, 0, true);
        taken.user(0);
        assertEquals(new GuestStep.Diverted(ApfRig.vectors(0) + 0x480), taken.touchHere(0, page(next)));
        assertEquals(22, taken.cpu(0).read(SystemRegister.ICC_HPPIR1_EL1));
        assertEquals(0, taken.counters().announced());
    }

    @Test
    void aSlotOrWordsInUseAndTheLimit() {
        taken.word(area(0), 1);
        vetoedWith(taken, Veto.NOTIFICATION_OUTSTANDING);
        taken.word(area(0), 0);
        taken.pages().discard(area(0));
        vetoedWith(taken, Veto.AREA_UNWRITABLE);
    }

    private void vetoedWith(ApfRig rig, Veto veto) {
        assertInstanceOf(GuestStep.Stopped.class, rig.touch(0, page(next++)));
        assertEquals(1, rig.counters().count(veto));
    }
}
