/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section F, first part: delivery of not-present.
 *
 * @since 0.1
 */
public final class NotPresentChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: delivery of not-present",
            Check.of("APF-067", NotPresentChecks::theTaskGoesOnAtItsAccess)
                    .witnesses("retried")
                    .cut(),
            Check.of("APF-068", NotPresentChecks::registersAreKept)
                    .witnesses("handler-entered", "resumed")
                    .cut(),
            Check.of("APF-069", NotPresentChecks::anAccessHasNoPartialEffect)
                    .witnesses("store-pair", "load-pair")
                    .cut(),
            Check.of("APF-070", NotPresentChecks::theVcpuThatFaultedIsTold)
                    .witnesses("told")
                    .cut(),
            Check.of("APF-071", NotPresentChecks::nothingIsExecutedBefore).witnesses("handler-entered"));

    private static final Register[] NOT_FOR_THE_MECHANISM = {
        CoreRegister.SP_EL0,
        CoreRegister.SP_EL1,
        SystemRegister.VBAR_EL1,
        SystemRegister.TPIDR_EL0,
        SystemRegister.TPIDR_EL1
    };

    private NotPresentChecks() {}

    /** APF-067. */
    private static void theTaskGoesOnAtItsAccess(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        long page = scene.absent(0);
        scene.cpu().enterEl0();
        long access = scene.cpu().pc();
        WaitingTask task = scene.guest().startWaiting(page);
        s.expectEqual("address at which the task goes on", access, task.pc());
        s.expectEqual("state in which the task goes on", ProcessorState.EL0T, task.state());
        scene.arrive(page);
        scene.takeReadyAndFinish(task);
        s.witness("retried");
        s.expectEqual(
                "not-present notifications",
                1,
                s.trace().events(TraceEvent.PageNotPresent.class).size());
    }

    /** APF-068. */
    private static void registersAreKept(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.returnTo(cpu.layout().el0(), ProcessorState.EL0T.with(ProcessorState.N | ProcessorState.C));
        cpu.fillRegisters(5);
        cpu.x(1, page);
        RegisterFile before = cpu.registers();
        GuestStep step = scene.guest().touchHere(page);
        s.expectThat("the access is announced: " + step, step instanceof GuestStep.Diverted);
        expectKept(s, "at the first instruction of the handler", before, cpu.registers());
        s.witness("handler-entered");
        GuestNotification.NotPresent notPresent = scene.guest().expectNotPresent("the access", step);
        WaitingTask task = scene.guest().letWait(page, notPresent);
        expectKept(s, "when the scheduler begins", before, cpu.registers());
        for (int n = 0; n < Sdei.SAVED_REGISTERS; n++) {
            s.expectEqual("X" + n + " of the task", before.get(CoreRegister.x(n)), cpu.x(n));
        }
        s.expectEqual("state of the task", ProcessorState.EL0T.with(ProcessorState.N | ProcessorState.C), task.state());
        s.witness("resumed");
    }

    /** No mechanism may use X18 and above, stack pointers, vectors or thread registers. */
    private static void expectKept(Scenario s, String when, RegisterFile before, RegisterFile now) {
        for (int n = Sdei.SAVED_REGISTERS; n <= 30; n++) {
            s.expectEqual("X" + n + " " + when, before.get(CoreRegister.x(n)), now.get(CoreRegister.x(n)));
        }
        for (Register register : NOT_FOR_THE_MECHANISM) {
            s.expectEqual(register.name() + " " + when, before.get(register), now.get(register));
        }
    }

    /** APF-069. */
    private static void anAccessHasNoPartialEffect(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long second = scene.absent(1);
        long base = second - 8;
        scene.rig().machine().memory().store(base, AccessWidth.DOUBLEWORD, 0x1111);
        cpu.enterEl0();
        cpu.x(1, base);
        cpu.x(2, 0xAAAA);
        cpu.x(3, 0xBBBB);
        WaitingTask task = announce(scene, second, A64.stp(2, 3, 1, 0));
        s.expectEqual(
                "the first half of the store pair when not-present is taken",
                0x1111,
                scene.rig().machine().memory().load(base, AccessWidth.DOUBLEWORD));
        retry(scene, task, A64.stp(2, 3, 1, 0));
        s.expectEqual(
                "first half of the store pair",
                0xAAAA,
                scene.rig().machine().memory().load(base, AccessWidth.DOUBLEWORD));
        s.expectEqual(
                "second half of the store pair",
                0xBBBB,
                scene.rig().machine().memory().load(second, AccessWidth.DOUBLEWORD));
        s.witness("store-pair");
        scene.toKernel(cpu);

        long third = scene.absent(2);
        scene.rig().machine().memory().store(third - 8, AccessWidth.DOUBLEWORD, 0x2222);
        cpu.enterEl0();
        cpu.x(1, third - 8);
        cpu.x(2, 0xCCCC);
        WaitingTask load = announce(scene, third, A64.ldp(1, 2, 1, 0));
        s.expectEqual("X1, base and first target of the load pair, when it waits", third - 8, cpu.x(1));
        s.expectEqual("X2, second target of the load pair, when it waits", 0xCCCC, cpu.x(2));
        retry(scene, load, A64.ldp(1, 2, 1, 0));
        s.expectEqual("first half of the load pair", 0x2222, cpu.x(1));
        s.expectEqual("second half of the load pair", ScriptedPageSource.patternWord(third), cpu.x(2));
        s.witness("load-pair");
    }

    /** Executes an access at EL0 that has to be announced, and lets its task wait. */
    private static WaitingTask announce(PagingScene scene, long page, int access) {
        PageFaultGuest guest = scene.guest();
        return guest.letWait(
                page, guest.expectNotPresent("the access", scene.cpu().execute(access)));
    }

    /** The page comes, and the access is made again with the registers that the task had. */
    private static void retry(PagingScene scene, WaitingTask task, int access) {
        SteppingGuestCpu cpu = scene.cpu();
        long[] kept = {cpu.x(1), cpu.x(2), cpu.x(3)};
        scene.arrive(task.page());
        scene.scenario()
                .expectEqual("token of ready", task.token(), scene.guest().takeReady());
        cpu.returnTo(task.pc(), task.state());
        for (int n = 0; n < kept.length; n++) {
            cpu.x(n + 1, kept[n]);
        }
        scene.scenario().expectRetired("the access after ready", cpu.execute(access));
    }

    /** APF-070. */
    private static void theVcpuThatFaultedIsTold(Scenario s) {
        PagingScene scene = PagingScene.enabled(s, 2);
        WaitingTask task = scene.guest(1).startWaiting(scene.absent(0));
        s.witness("told");
        scene.guest(0).expectNothingDue();
        s.expectEqual(
                "vCPU of the ticket",
                1,
                scene.rig().faults().outstanding().get(0).vcpu());
        scene.arrive(task.page());
        scene.guest(0).expectNothingDue();
        s.expectEqual("token of ready on vCPU 1", task.token(), scene.guest(1).takeReady());
    }

    /** APF-071. */
    private static void nothingIsExecutedBefore(Scenario s) {
        if (!s.capabilities().has(Capabilities.APF_KVM)) {
            nothingIsExecutedBeforeTheInterrupt(s);
            return;
        }
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.enterEl0();
        long access = cpu.pc();
        long retired = cpu.vcpu().retired();
        GuestStep step = guest.touch(page);
        long executed = cpu.vcpu().retired() - retired;
        long pc = guest.isByPpi() ? cpu.read(SystemRegister.ELR_EL1) : cpu.x(2);
        long state = guest.isByPpi() ? cpu.read(SystemRegister.SPSR_EL1) : cpu.x(3);
        guest.expectAnnounced("the access", step);
        s.witness("handler-entered");
        s.expectOneOf("instructions retired by the fault; the access itself may count", executed, 0, 1);
        s.expectEqual("interrupted PC that the handler is given", access, pc);
        s.expectEqual("interrupted PSTATE that the handler is given", ProcessorState.EL0T.spsr(), state);
    }

    /** By an interrupt, whose handler finds the interrupted context in ELR_EL1 and SPSR_EL1. */
    private static void nothingIsExecutedBeforeTheInterrupt(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.enterEl0();
        long access = cpu.pc();
        long retired = cpu.vcpu().retired();
        GuestStep step = scene.guest().touch(page);
        long executed = cpu.vcpu().retired() - retired;
        long pc = cpu.read(SystemRegister.ELR_EL1);
        long state = cpu.read(SystemRegister.SPSR_EL1);
        scene.guest().expectNotPresent("the access", step);
        s.witness("handler-entered");
        s.expectOneOf("instructions retired by the fault; the access itself may count", executed, 0, 1);
        s.expectEqual("interrupted PC that the handler is given", access, pc);
        s.expectEqual("interrupted PSTATE that the handler is given", ProcessorState.EL0T.spsr(), state);
    }
}
