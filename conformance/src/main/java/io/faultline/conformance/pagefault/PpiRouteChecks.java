/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.List;

/**
 * What is special where one PPI carries both notifications.
 *
 * @since 0.1
 */
public final class PpiRouteChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: one PPI for both notifications",
            Check.of("APF-018", PpiRouteChecks::theAreaMoves)
                    .witnesses("ready-there", "not-present-there")
                    .cut(),
            Check.of("APF-049", PpiRouteChecks::nothingIsAnnouncedWhileInterruptsAreMasked)
                    .witnesses("masked", "other-masks", "unmasked")
                    .cut(),
            Check.of("APF-072", PpiRouteChecks::aPendingFaultIsAnnouncedOnce).witnesses("pending", "refault", "taken"),
            Check.of("APF-073", PpiRouteChecks::anotherInterruptGoesFirst)
                    .witnesses("other-first", "later")
                    .cut(),
            Check.of("APF-088", PpiRouteChecks::aParkedVcpuTakesItsTimer)
                    .witnesses("parked", "timer-taken")
                    .cut(),
            Check.of("APF-089", PpiRouteChecks::aParkedVcpuParksAgain).witnesses("parked", "parked-again"),
            Check.of("APF-151", PpiRouteChecks::disablingClearsTheWords)
                    .witnesses("not-present-shown", "ready-shown")
                    .cut(),
            Check.of("APF-199", PpiRouteChecks::notPresentNeedsItsAcknowledgement)
                    .witnesses("fault-before-acknowledgement", "page-before-acknowledgement")
                    .cut(),
            Check.of("APF-201", PpiRouteChecks::whatCannotBeTakenAtOnceIsNotAnnounced)
                    .witnesses("disabled", "low-priority", "active")
                    .cut());

    private static final InterruptId VIRTUAL_TIMER = InterruptId.ppi(27);
    private static final long TIMER_TICKS = 1_000_000;
    private static final long ONE_SECOND = 1_000_000_000L;
    private static final int HIGH = 0x40;
    private static final int ONLY_HIGH = 0x80;
    private static final int EVERYTHING = 0xF0;
    private static final long IN_USE = 7;
    private static final int AREA_BYTES = 64;

    private PpiRouteChecks() {}

    private static byte[] bytes(PagingScene scene, long address) {
        byte[] bytes = new byte[AREA_BYTES];
        scene.rig().machine().memory().read(address, bytes);
        return bytes;
    }

    /** APF-018. */
    private static void theAreaMoves(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        long old = guest.area();
        WaitingTask before = guest.startWaiting(scene.absent(0));
        byte[] kept = bytes(scene, old);
        guest.moveArea(old + 2 * AREA_BYTES);
        guest.expectNothingDue("after the area has moved");
        scene.arrive(before.page());
        guest.expectWords("in the new area when the page has come", KvmGuest.READY, before.token());
        s.expectEqual("token of ready", before.token(), guest.takeReady());
        s.witness("ready-there");
        WaitingTask after = guest.startWaiting(scene.absent(1));
        s.witness("not-present-there");
        scene.arrive(after.page());
        s.expectEqual("token of ready for the fault after", after.token(), guest.takeReady());
        s.expectThat("the old area is as it was", Arrays.equals(kept, bytes(scene, old)));
    }

    /** The same where the area is not that of KVM. */
    private static void nothingIsAnnouncedByAnyInterruptWhileMasked(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        int next = 0;
        for (long mask : new long[] {ProcessorState.I, ProcessorState.DAIF}) {
            ProcessorState state = ProcessorState.EL0T.with(mask);
            long page = scene.absent(next++);
            FaultCounters before = scene.counters();
            cpu.returnTo(cpu.layout().el0(), state);
            scene.expectWaits(
                    "a fault of EL0 in the state " + state, scene.guest().touchHere(page));
            scene.expectVeto("a fault of EL0 in the state " + state, Veto.INTERRUPTS_MASKED, before);
            scene.arriveAndGoOn(cpu, page);
        }
        s.witness("masked");
        for (long mask : new long[] {ProcessorState.D, ProcessorState.A, ProcessorState.F, 0}) {
            ProcessorState state = ProcessorState.EL0T.with(mask);
            long page = scene.absent(next++);
            cpu.returnTo(cpu.layout().el0(), state);
            GuestNotification.NotPresent told = scene.guest()
                    .expectNotPresent(
                            "a fault of EL0 in the state " + state,
                            scene.guest().touchHere(page));
            scene.guest().letWait(page, told);
            scene.arrive(page);
            s.expectEqual("token of ready", told.token(), scene.guest().takeReady());
            s.witness(mask == 0 ? "unmasked" : "other-masks");
        }
    }

    /** APF-049. */
    private static void nothingIsAnnouncedWhileInterruptsAreMasked(Scenario s) {
        if (!s.capabilities().has(Capabilities.APF_KVM)) {
            nothingIsAnnouncedByAnyInterruptWhileMasked(s);
            return;
        }
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        int next = 0;
        for (long mask : new long[] {ProcessorState.I, ProcessorState.DAIF}) {
            ProcessorState state = ProcessorState.EL0T.with(mask);
            long page = scene.absent(next++);
            FaultCounters before = scene.counters();
            scene.expectWaits("a fault of EL0 in the state " + state, guest.touch(page, state));
            scene.expectVeto("a fault of EL0 in the state " + state, Veto.INTERRUPTS_MASKED, before);
            guest.expectWords("after it", 0, 0);
            scene.arriveAndGoOn(scene.cpu(), page);
        }
        s.witness("masked");
        for (long mask : new long[] {ProcessorState.D, ProcessorState.A, ProcessorState.F, 0}) {
            ProcessorState state = ProcessorState.EL0T.with(mask);
            long page = scene.absent(next++);
            long token = guest.expectAnnounced("a fault of EL0 in the state " + state, guest.touch(page, state));
            guest.answerAsynchronously(page, token);
            scene.arrive(page);
            s.expectEqual("token of ready", token, guest.takeReady());
            s.witness(mask == 0 ? "unmasked" : "other-masks");
        }
    }

    /** A guest whose device interrupts before anything else. */
    private static KvmGuest withUrgentDevice(PagingScene scene) {
        KvmGuest guest = KvmGuest.started(scene);
        scene.openDeviceInterrupt(scene.cpu());
        scene.prioritiseDeviceInterrupt(scene.cpu(), HIGH);
        return guest;
    }

    /** Ends the interrupt of the device and goes back to what it interrupted. */
    private static void leaveDeviceInterrupt(PagingScene scene) {
        scene.endDeviceInterrupt(scene.cpu());
        scene.cpu().eret(scene.cpu().mrs(SystemRegister.ELR_EL1));
    }

    /** APF-072: the priority mask keeps not-present pending; an interrupt of higher rank makes the vCPU try again. */
    private static void aPendingFaultIsAnnouncedOnce(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = withUrgentDevice(scene);
        SteppingGuestCpu cpu = scene.cpu();
        cpu.msr(SystemRegister.ICC_PMR_EL1, ONLY_HIGH);
        long page = scene.absent(0);
        expectParked(s, "an access whose not-present cannot be taken yet", guest.touch(page));
        s.expectEqual("announced faults", 1, scene.counters().announced());
        long token = guest.token();
        guest.expectWords("while not-present is pending", KvmGuest.NOT_PRESENT, token);
        s.witness("pending");
        for (int round = 0; round < 3; round++) {
            scene.takeDeviceInterrupt(cpu, "an interrupt of higher priority");
            leaveDeviceInterrupt(scene);
            expectParked(s, "the access again", cpu.resume());
            s.expectEqual("announced faults", 1, scene.counters().announced());
            s.expectEqual("page-ins", 1, scene.counters().pageIns());
            guest.expectWords("after the access again", KvmGuest.NOT_PRESENT, token);
        }
        s.witness("refault");
        scene.takeDeviceInterrupt(cpu, "an interrupt of higher priority");
        cpu.msr(SystemRegister.ICC_PMR_EL1, EVERYTHING);
        leaveDeviceInterrupt(scene);
        s.expectEqual("token of not-present", token, guest.expectAnnounced("the access", cpu.resume()));
        s.witness("taken");
        expectCompletes(scene, guest, page, token);
    }

    private static void expectParked(Scenario s, String what, GuestStep step) {
        VcpuExit.WaitForPage wait = s.expectStopped(what, step, VcpuExit.WaitForPage.class);
        s.expectThat("the vCPU takes interrupts while it waits", wait.interruptible());
    }

    /** The guest is in the handler of not-present. */
    private static void expectCompletes(PagingScene scene, KvmGuest guest, long page, long token) {
        Scenario s = scene.scenario();
        WaitingTask task = guest.answerAsynchronously(page, token);
        s.expectThat(
                "the interrupted context is EL0: " + task.state(), (task.state().spsr() & 0xF) == 0);
        scene.arrive(page);
        s.expectEqual("token of ready", token, guest.takeReady());
        s.expectRetired("the access after ready", guest.retry(task));
        scene.toKernel(scene.cpu());
        guest.expectNothingDue("after the fault");
        s.expectEqual("announced faults", 1, scene.counters().announced());
    }

    /** APF-073: the other interrupt comes when not-present is written and before it is taken or acknowledged. */
    private static void anotherInterruptGoesFirst(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = withUrgentDevice(scene);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        boolean pending = guest.beginFault(page);
        long token = guest.token();
        scene.raiseDeviceInterrupt(cpu);
        if (pending) {
            s.expectDiverted("an interrupt", cpu.resume(), cpu.layout().vectorFromEl0(1));
        }
        scene.expectDeviceInterrupt(cpu, "the interrupt of higher priority");
        s.witness("other-first");
        guest.expectWords("in the handler of the other interrupt", KvmGuest.NOT_PRESENT, token);
        leaveDeviceInterrupt(scene);
        s.expectEqual("token of not-present", token, guest.expectAnnounced("the access", cpu.resume()));
        s.witness("later");
        expectCompletes(scene, guest, page, token);
    }

    /** APF-088. */
    private static void aParkedVcpuTakesItsTimer(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        cpu.gic().enable(VIRTUAL_TIMER);
        long now = cpu.mrs(SystemRegister.CNTVCT_EL0);
        cpu.msr(SystemRegister.CNTV_CVAL_EL0, now + TIMER_TICKS);
        cpu.msr(SystemRegister.CNTV_CTL_EL0, 1);
        guest.putToken(IN_USE);
        long page = scene.absent(0);
        expectParked(s, "a fault while the words are in use", guest.touch(page));
        s.expectEqual("announced faults", 0, scene.counters().announced());
        long access = cpu.pc();
        s.witness("parked");
        scene.rig().advance(ONE_SECOND);
        s.expectDiverted("the timer interrupt", cpu.resume(), cpu.layout().vectorFromEl0(1));
        s.expectEqual("return address of the timer interrupt", access, cpu.mrs(SystemRegister.ELR_EL1));
        s.expectEqual(
                "INTID that the guest acknowledges",
                VIRTUAL_TIMER.number(),
                cpu.gic().acknowledge());
        s.witness("timer-taken");
    }

    /** APF-089. */
    private static void aParkedVcpuParksAgain(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = withUrgentDevice(scene);
        SteppingGuestCpu cpu = scene.cpu();
        guest.putToken(IN_USE);
        long page = scene.absent(0);
        expectParked(s, "a fault while the words are in use", guest.touch(page));
        s.witness("parked");
        for (int round = 0; round < 3; round++) {
            scene.takeDeviceInterrupt(cpu, "an interrupt while the vCPU is parked");
            leaveDeviceInterrupt(scene);
            expectParked(s, "the access after the interrupt", cpu.resume());
            s.expectEqual("page-ins", 1, scene.counters().pageIns());
        }
        s.witness("parked-again");
        scene.arrive(page);
        scene.expectGoesOn(cpu, page);
        s.expectEqual(
                "not-present notifications in the trace", List.of(), s.trace().events(TraceEvent.PageNotPresent.class));
    }

    /** APF-151. */
    private static void disablingClearsTheWords(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        guest.expectNotPresent(scene.absent(0));
        s.witness("not-present-shown");
        expectClearAfterDisable(guest);
        guest.endInterrupt();
        guest.start(0);
        WaitingTask task = guest.startWaiting(scene.absent(1));
        guest.cpu().interruptsOff();
        scene.arrive(task.page());
        guest.expectWords("when the page has come", KvmGuest.READY, task.token());
        s.witness("ready-shown");
        expectClearAfterDisable(guest);
        guest.expectNothingDue("after disable");
    }

    private static void expectClearAfterDisable(KvmGuest guest) {
        guest.disable();
        guest.expectWords("after disable", 0, 0);
    }

    /** APF-199. */
    private static void notPresentNeedsItsAcknowledgement(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        WaitingTask first = guest.startWaiting(scene.absent(0));
        long page = scene.absent(1);
        long token = guest.expectNotPresent(page);
        long pc = cpu.mrs(SystemRegister.ELR_EL1);
        long state = cpu.mrs(SystemRegister.SPSR_EL1);
        guest.clear();
        guest.endInterrupt();
        scene.arrive(first.page());
        guest.expectWords("when a page has come and not-present is not acknowledged", 0, 0);
        s.witness("page-before-acknowledgement");
        long other = scene.absent(2);
        FaultCounters before = scene.counters();
        GuestStep step = guest.touch(other, ProcessorState.EL0T.with(ProcessorState.F));
        s.expectDiverted(
                "the interrupt that is not acknowledged", step, cpu.layout().vectorFromEl0(1));
        cpu.gic().acknowledge();
        scene.expectWaits("a fault before the acknowledgement", guest.touch(other));
        scene.expectVeto("a fault before the acknowledgement", Veto.NOTIFICATION_OUTSTANDING, before);
        s.witness("fault-before-acknowledgement");
        scene.arriveAndGoOn(cpu, other);
        cpu.msr(SystemRegister.ELR_EL1, pc);
        cpu.msr(SystemRegister.SPSR_EL1, state);
        WaitingTask second = guest.resumeScheduler(page, token);
        guest.expectWords("after IRQ_ACK", KvmGuest.READY, first.token());
        s.expectEqual("token of ready", first.token(), guest.takeReady());
        scene.arrive(page);
        s.expectEqual("token of ready for the second page", second.token(), guest.takeReady());
        guest.expectNothingDue("after both");
    }

    /** APF-201. */
    private static void whatCannotBeTakenAtOnceIsNotAnnounced(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        InterruptId interrupt = InterruptId.ppi(PageFaultGuest.INTERRUPT);
        cpu.gic().disable(interrupt);
        expectNotAnnounced(scene, guest, 0, "disabled", Veto.INTERRUPTS_MASKED);
        cpu.gic().enable(interrupt);
        cpu.msr(SystemRegister.ICC_PMR_EL1, ONLY_HIGH);
        expectNotAnnounced(scene, guest, 1, "low-priority", Veto.INTERRUPTS_MASKED);
        cpu.msr(SystemRegister.ICC_PMR_EL1, EVERYTHING);
        WaitingTask task = guest.startWaiting(scene.absent(2));
        scene.arrive(task.page());
        guest.expectReady("ready interrupt");
        s.expectEqual("token of ready", task.token(), guest.consume());
        expectNotAnnounced(scene, guest, 3, "active", Veto.HANDLER_RUNNING);
        guest.endInterrupt();
        guest.startWaiting(scene.absent(4));
    }

    private static void expectNotAnnounced(PagingScene scene, KvmGuest guest, int n, String state, Veto veto) {
        long page = scene.absent(n);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault while the interrupt is " + state, guest.touch(page));
        scene.expectVeto("a fault while the interrupt is " + state, veto, before);
        guest.expectWords("after it", 0, 0);
        scene.arriveAndGoOn(scene.cpu(), page);
        scene.scenario().witness(state);
    }
}
