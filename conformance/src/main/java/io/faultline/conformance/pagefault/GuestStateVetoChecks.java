/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.function.Supplier;

/**
 * Section E, first part: states of the guest in which a fault is not announced.
 *
 * @since 0.1
 */
public final class GuestStateVetoChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: vetoes by the state of the guest",
            Check.of("APF-047", GuestStateVetoChecks::faultsOfSupervisorModeAreNotAnnounced)
                    .witnesses("supervisor-fault", "user-fault")
                    .cut(),
            Check.of("APF-048", GuestStateVetoChecks::faultsOfSupervisorModeComplete)
                    .witnesses("completed")
                    .cut(),
            Check.of("APF-050", GuestStateVetoChecks::onlyTheEventMaskCounts)
                    .witnesses("announced-with-daif", "masked", "unmasked")
                    .cut(),
            Check.of("APF-051", GuestStateVetoChecks::nothingIsAnnouncedInsideAHandler)
                    .witnesses("user-mode-inside", "send-always-outside", "send-always-inside")
                    .cut(),
            Check.of("SDEI-199", GuestStateVetoChecks::nothingIsAnnouncedInsideAHandler)
                    .witnesses("user-mode-inside", "send-always-outside", "send-always-inside")
                    .cut(),
            Check.of("APF-065", GuestStateVetoChecks::aStepCompletesOnce)
                    .witnesses("stepped")
                    .cut(),
            Check.of("APF-066", GuestStateVetoChecks::eachVetoIsNamedAndCounted)
                    .witnesses("not-enabled", "supervisor-mode", "vmm-declined", "in-flight")
                    .cut());

    /** {@code LDR X0, [X1], #8}. */
    private static final int LOAD_AND_ADVANCE = 0xF840_8420;

    private static final int EVENT_0_LANE = 0;

    private GuestStateVetoChecks() {}

    /** APF-047. */
    private static void faultsOfSupervisorModeAreNotAnnounced(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        long page = scene.absent(0);
        FaultCounters before = scene.counters();
        scene.expectWaits("an access of EL1", scene.guest().touchHere(page));
        scene.expectVeto("an access of EL1", Veto.SUPERVISOR_MODE, before);
        s.witness("supervisor-fault");
        scene.arriveAndGoOn(scene.cpu(), page);
        scene.guest().expectNothingDue();
        scene.guest().startWaiting(scene.absent(1));
        s.witness("user-fault");
    }

    /** APF-048. */
    private static void faultsOfSupervisorModeComplete(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.fillRegisters(3);
        cpu.x(1, page);
        RegisterFile before = cpu.registers();
        scene.expectWaits("an access of EL1", scene.guest().touchHere(page));
        s.expectEqual("registers while the vCPU waits", before, cpu.registers());
        scene.arrive(page);
        s.expectRetired("the access after the page has come", cpu.resume());
        s.expectEqual(
                "registers after the access",
                before.with(CoreRegister.X0, ScriptedPageSource.patternWord(page))
                        .with(CoreRegister.PC, before.get(CoreRegister.PC) + 4),
                cpu.registers());
        s.witness("completed");
    }

    /** APF-050. */
    private static void onlyTheEventMaskCounts(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        long[] masks = {ProcessorState.D, ProcessorState.A, ProcessorState.I, ProcessorState.F, ProcessorState.DAIF};
        int next = 0;
        for (long mask : masks) {
            long page = scene.absent(next++);
            ProcessorState state = ProcessorState.EL0T.with(mask);
            long token = guest.expectAnnounced("a fault of EL0 in the state " + state, guest.touch(page, state));
            guest.answerAsynchronously(page, token);
            scene.arrive(page);
            s.expectEqual("token of ready", token, guest.takeReady());
        }
        s.witness("announced-with-daif");
        guest.sdei().mask();
        long page = scene.absent(next++);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault after PE_MASK", guest.touch(page));
        scene.expectVeto("a fault after PE_MASK", Veto.EVENT_MASKED, before);
        s.witness("masked");
        scene.arriveAndGoOn(scene.cpu(), page);
        guest.sdei().unmask();
        guest.expectNotPresent(scene.absent(next));
        s.witness("unmasked");
    }

    /** APF-051. */
    private static void nothingIsAnnouncedInsideAHandler(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        guest.sdei().arm(Sdei.EVENT_SOFTWARE_SIGNALLED, EVENT_0_LANE, 0);
        guest.sdei().signalSelf();
        guest.sdei().expectHandler(EVENT_0_LANE);
        expectHandlerVeto(scene, guest, 0, "a fault of EL0 while a handler runs");
        cpu.jump(cpu.layout().handler(EVENT_0_LANE));
        guest.sdei().complete(Sdei.HANDLED);
        s.witness("user-mode-inside");

        PagingScene eager = PagingScene.offered(s, 1);
        KvmGuest always = new KvmGuest(eager.cpu());
        always.start(KvmGuest.SEND_ALWAYS);
        long page = eager.absent(0);
        long token = always.expectAnnounced("a fault of EL1 with SEND_ALWAYS", always.touchHere(page));
        always.answerAsynchronously(page, token);
        eager.arrive(page);
        s.expectEqual("token of ready", token, always.takeReady());
        s.witness("send-always-outside");
        always.sdei().arm(Sdei.EVENT_SOFTWARE_SIGNALLED, EVENT_0_LANE, 0);
        always.sdei().signalSelf();
        always.sdei().expectHandler(EVENT_0_LANE);
        long other = eager.absent(1);
        FaultCounters before = eager.counters();
        eager.expectWaits("a fault of a handler with SEND_ALWAYS", always.touchHere(other));
        eager.expectVeto("a fault of a handler with SEND_ALWAYS", Veto.HANDLER_RUNNING, before);
        eager.arrive(other);
        eager.expectGoesOn(eager.cpu(), other);
        s.witness("send-always-inside");
    }

    private static void expectHandlerVeto(PagingScene scene, KvmGuest guest, int n, String what) {
        long page = scene.absent(n);
        FaultCounters before = scene.counters();
        scene.expectWaits(what, guest.touch(page));
        scene.expectVeto(what, Veto.HANDLER_RUNNING, before);
        scene.arriveAndGoOn(scene.cpu(), page);
    }

    /** APF-065: here it is the VMM that steps; whether the fault is announced is the backend's choice. */
    private static void aStepCompletesOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.enterEl0();
        long access = cpu.pc();
        cpu.x(1, page);
        GuestStep step = cpu.execute(LOAD_AND_ADVANCE);
        if (step instanceof GuestStep.Diverted) {
            WaitingTask task = scene.guest().letWait(page, scene.guest().expectNotPresent("the access", step));
            s.expectEqual("X1 of the task that waits", page, cpu.x(1));
            s.expectEqual("address of the access", access, task.pc());
            scene.arrive(page);
            s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
            cpu.returnTo(task.pc(), task.state());
            cpu.x(1, page);
        } else {
            scene.expectWaits("the access", step);
            scene.arrive(page);
        }
        s.expectRetired("the access after the page has come", cpu.resume());
        scene.expectData(cpu, page);
        s.expectEqual("X1, which the access advances by 8", page + 8, cpu.x(1));
        s.witness("stepped");
    }

    /** APF-066. */
    private static void eachVetoIsNamedAndCounted(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        expectVeto(scene, Veto.NOT_ENABLED, () -> scene.guest().touch(scene.absent(0)), 0);
        scene.guest().enable();
        expectVeto(scene, Veto.SUPERVISOR_MODE, () -> scene.guest().touchHere(scene.absent(1)), 1);
        scene.rig().decideBy((page, vcpu) -> false);
        expectVeto(scene, Veto.VMM_DECLINED, () -> scene.guest().touch(scene.absent(2)), 2);
        scene.rig().decideBy((page, vcpu) -> true);
        WaitingTask task = scene.guest().startWaiting(scene.absent(3));
        FaultCounters before = scene.counters();
        scene.expectWaits("a second access to a page on its way", scene.guest().retry(task));
        scene.expectVeto("a second access to a page on its way", Veto.IN_FLIGHT, before);
        s.expectEqual("sum of all vetoes", before.vetoed() + 1, scene.counters().vetoed());
        expectTraced(s, task.page(), Veto.IN_FLIGHT);
    }

    private static void expectVeto(PagingScene scene, Veto veto, Supplier<GuestStep> access, int n) {
        Scenario s = scene.scenario();
        FaultCounters before = scene.counters();
        scene.expectWaits("an access that is vetoed by " + veto, access.get());
        scene.expectVeto("an access that is vetoed by " + veto, veto, before);
        s.expectEqual("sum of all vetoes", before.vetoed() + 1, scene.counters().vetoed());
        long page = GuestLayout.dataPage(n);
        expectTraced(s, page, veto);
        s.witness(veto.name());
        scene.arriveAndGoOn(scene.cpu(), page);
    }

    private static void expectTraced(Scenario s, long page, Veto veto) {
        s.expectEqual(
                "trace events that page " + PagingScene.hex(page) + " was vetoed by " + veto,
                1,
                s.trace().events(TraceEvent.PageFaultVetoed.class).stream()
                        .filter(event -> event.page() == page && event.veto().equals(veto.name()))
                        .count());
        s.witness(veto.name());
    }
}
