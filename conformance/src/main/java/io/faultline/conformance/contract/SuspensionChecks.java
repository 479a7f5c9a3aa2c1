/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import static io.faultline.conformance.contract.InterceptScene.PAGE;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.Psci;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.state.SavedState;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.EnumSet;
import java.util.Set;

/**
 * Memory intercepts: from the access that suspends a vCPU to the end of the suspension.
 *
 * @since 0.1
 */
public final class SuspensionChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: suspended vCPUs",
            Check.of("API-048", SuspensionChecks::anAbsentPageIsTheBusinessOfTheVmm),
            Check.of("API-049", SuspensionChecks::noAsynchronousPageFaultIsAnnounced)
                    .witnesses("announced"),
            Check.of("API-050", SuspensionChecks::everyRunEndsTheSameUntilResume),
            Check.of("API-051", SuspensionChecks::noInterruptIsTaken).witnesses("taken-later"),
            Check.of("API-052", SuspensionChecks::whatWasNotResolvedIsInterceptedAgain)
                    .cut(),
            Check.of("API-053", SuspensionChecks::eachVcpuHasItsOwnBuffer).cut(),
            Check.of("API-058", SuspensionChecks::suspensionsAreSaved),
            Check.of("API-059", SuspensionChecks::aVcpuThatIsResetOrOffIsNotSuspended));

    /** LDR X0, [X1], #8: executed twice, it would show. */
    private static final int LOAD_AND_ADVANCE = 0xF840_8420;
    /** STR X0, [X1], #8. */
    private static final int STORE_AND_ADVANCE = 0xF800_8420;

    private static final InterruptId INTERRUPT = InterruptId.ppi(22);
    private static final NotificationChannel CHANNEL = new NotificationChannel.Ppi(INTERRUPT, Trigger.EDGE);

    private SuspensionChecks() {}

    private static void anAbsentPageIsTheBusinessOfTheVmm(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        ScriptedPageSource source = s.pageSource().answerAtOnce();
        scene.rig().attach(source, PAGE, 1);
        for (AccessKind kind : AccessKind.values()) {
            byte[] content = scene.rig().faults().evict(PAGE);
            interceptAbsent(scene, kind);
            scene.rig().advance(1_000_000);
            expectUntouched(s, scene, source, kind);
            s.expectThat("the VMM hands over the page", scene.rig().faults().complete(PAGE, content));
            s.expectThat(
                    "the vCPU is suspended until resume", scene.intercepts().isSuspended(0));
            s.expectRetired("the access " + kind + " to a page that has come", scene.resume(cpu));
            expectOnce(s, scene, kind);
            expectUntouched(s, source, kind);
            scene.fillPage();
        }
        theVmmMayAskTheSource(s);
    }

    private static void interceptAbsent(InterceptScene scene, AccessKind kind) {
        SteppingGuestCpu cpu = scene.cpu();
        scene.prepare(cpu, kind);
        GuestStep step = switch (kind) {
            case READ -> cpu.execute(LOAD_AND_ADVANCE);
            case WRITE -> cpu.execute(STORE_AND_ADVANCE);
            case EXECUTE -> cpu.resume();
        };
        scene.expectIntercept(
                "the access " + kind + " to an absent page",
                cpu,
                step,
                MemoryIntercepts.UNMAPPED_GPA,
                kind,
                InterceptScene.target(kind));
    }

    private static void expectUntouched(Scenario s, InterceptScene scene, ScriptedPageSource source, AccessKind kind) {
        s.expectEqual(
                "residency of the page after the access " + kind,
                PageResidency.ABSENT,
                scene.memory().residency(PAGE));
        expectUntouched(s, source, kind);
    }

    private static void expectUntouched(Scenario s, ScriptedPageSource source, AccessKind kind) {
        s.expectEqual("requests to the page source after the access " + kind, 0, source.requests(PAGE));
    }

    private static void expectOnce(Scenario s, InterceptScene scene, AccessKind kind) {
        SteppingGuestCpu cpu = scene.cpu();
        switch (kind) {
            case READ -> s.expectEqual("what was loaded", InterceptScene.CONTENT, cpu.x(0));
            case WRITE ->
                s.expectEqual("what was stored", cpu.x(0), scene.memory().load(PAGE, AccessWidth.DOUBLEWORD));
            case EXECUTE -> s.expectEqual("PC behind the instruction", InterceptScene.CODE + 4, cpu.pc());
        }
        if (kind != AccessKind.EXECUTE) {
            s.expectEqual("X1, which the instruction advances by 8", PAGE + 8, cpu.x(1));
        }
    }

    private static void theVmmMayAskTheSource(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        ScriptedPageSource source = s.pageSource();
        scene.rig().pageOut(source, PAGE, 1);
        interceptAbsent(scene, AccessKind.READ);
        expectUntouched(s, scene, source, AccessKind.READ);
        scene.rig().faults().request(PAGE, AccessKind.READ);
        s.expectEqual("requests after the VMM asked", 1, source.requests(PAGE));
        source.releaseAll();
        scene.rig().advance(0);
        s.expectThat("the vCPU is suspended until resume", scene.intercepts().isSuspended(0));
        s.expectRetired("the load from the page of the source", scene.resume(scene.cpu()));
        expectOnce(s, scene, AccessKind.READ);
    }

    private static void noAsynchronousPageFaultIsAnnounced(Scenario s) {
        InterceptScene scene = InterceptScene.booted(s, request -> PageFaultGuest.offer(s, request));
        SteppingGuestCpu cpu = scene.cpu();
        PageFaultGuest guest = new PageFaultGuest(cpu);
        guest.enable();
        ScriptedPageSource source = s.pageSource();
        long other = GuestLayout.dataPage(5);
        scene.rig().pageOut(source, PAGE, 1);
        scene.rig().pageOut(source, other, 1);
        scene.intercepts().enable();
        GuestStep step = guest.touch(PAGE);
        scene.expectIntercept(
                "a load at EL0 from an absent page", cpu, step, MemoryIntercepts.UNMAPPED_GPA, AccessKind.READ, PAGE);
        s.expectEqual("announced faults", 0, scene.rig().faults().counters().announced());
        s.expectEqual("requests to the page source", 0, source.requests(PAGE));
        scene.rig().faults().complete(PAGE, new byte[4096]);
        s.expectRetired("the load from the page that has come", scene.resume(cpu));
        guest.expectNothingDue();
        scene.intercepts().disable();
        guest.expectNotPresent(other);
        s.witness("announced");
    }

    private static void everyRunEndsTheSameUntilResume(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.forbid(AccessKind.WRITE);
        scene.prepare(cpu, AccessKind.WRITE);
        VcpuExit exit = scene.expectIntercept(
                "a store that is forbidden",
                cpu,
                cpu.execute(STORE_AND_ADVANCE),
                MemoryIntercepts.GPA_INTERCEPT,
                AccessKind.WRITE,
                PAGE);
        RegisterFile registers = cpu.registers();
        long retired = cpu.vcpu().retired();
        expectStill(s, scene, "with nothing done", exit);
        scene.allowAll();
        expectStill(s, scene, "with the access allowed", exit);
        scene.rig().advance(1_000_000);
        expectStill(s, scene, "after a while", exit);
        s.expectEqual("registers until resume", registers, cpu.registers());
        s.expectEqual("instructions executed until resume", retired, cpu.vcpu().retired());
        s.expectEqual(
                "memory until resume", InterceptScene.CONTENT, scene.memory().load(PAGE, AccessWidth.DOUBLEWORD));
        s.expectRetired("the store after resume", scene.resume(cpu));
        expectOnce(s, scene, AccessKind.WRITE);
        s.expectThat("the vCPU is not suspended any more", !scene.intercepts().isSuspended(0));
        s.expectRetired("the instruction behind the store", cpu.noOperation());
    }

    private static void expectStill(Scenario s, InterceptScene scene, String when, VcpuExit exit) {
        s.expectEqual("exit of a run " + when, exit, scene.rig().run(0, 100));
        s.expectEqual("exit of a step " + when, exit, scene.cpu().vcpu().step());
        s.expectThat("the vCPU is suspended " + when, scene.intercepts().isSuspended(0));
    }

    private static void noInterruptIsTaken(Scenario s) {
        InterceptScene scene = InterceptScene.booted(s, request -> request.channel(CHANNEL));
        SteppingGuestCpu cpu = scene.cpu();
        cpu.gic().initialise();
        cpu.gic().configure(INTERRUPT, Trigger.EDGE);
        cpu.gic().enable(INTERRUPT);
        cpu.interruptsOn();
        scene.intercepts().enable();
        scene.forbid(AccessKind.READ);
        VcpuExit exit = scene.expectForbidden("with interrupts unmasked", cpu, AccessKind.READ);
        RegisterFile registers = cpu.registers();
        scene.rig().notifications().inject(CHANNEL, 0);
        expectStill(s, scene, "with an interrupt that is due", exit);
        s.expectEqual("registers with an interrupt that is due", registers, cpu.registers());
        scene.allowAll();
        GuestStep step = scene.resume(cpu);
        if (step instanceof GuestStep.Retired) {
            step = cpu.settle();
        }
        s.expectDiverted("the interrupt after resume", step, cpu.layout().vectorFromEl1(1));
        s.witness("taken-later");
    }

    private static void whatWasNotResolvedIsInterceptedAgain(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.forbid(AccessKind.READ);
        scene.expectForbidden("at first", cpu, AccessKind.READ);
        byte[] message = scene.intercepts().message(0);
        for (int i = 1; i <= 3; i++) {
            scene.expectIntercept(
                    "the access after resume number " + i,
                    cpu,
                    scene.resume(cpu),
                    MemoryIntercepts.GPA_INTERCEPT,
                    AccessKind.READ,
                    PAGE);
            s.expectThat("the message after resume number " + i + " is the same", scene.hasMessage(0, message));
        }
        scene.allowAll();
        scene.expectDone("after it was allowed", cpu, AccessKind.READ, scene.resume(cpu));
        if (s.capabilities().has(Capabilities.PAGING)) {
            scene.rig().faults().evict(PAGE);
            interceptAbsent(scene, AccessKind.READ);
            scene.expectIntercept(
                    "the access after resume without the page",
                    cpu,
                    scene.resume(cpu),
                    MemoryIntercepts.UNMAPPED_GPA,
                    AccessKind.READ,
                    PAGE);
        }
    }

    private static void eachVcpuHasItsOwnBuffer(Scenario s) {
        InterceptScene scene = InterceptScene.on(s, 2);
        SteppingGuestCpu first = scene.cpu();
        SteppingGuestCpu second = scene.rig().cpu(1);
        scene.forbid(AccessKind.READ, AccessKind.WRITE);
        scene.expectForbidden("on vCPU 0", first, AccessKind.READ);
        byte[] message = scene.intercepts().message(0);
        s.expectThat("vCPU 1 is not suspended", !scene.intercepts().isSuspended(1));
        second.x(5, 1);
        s.expectRetired("an instruction of vCPU 1 while vCPU 0 is suspended", second.noOperation());
        scene.expectAccess("by vCPU 1 while vCPU 0 is suspended", second, AccessKind.EXECUTE);
        VcpuExit exit = scene.expectForbidden("on vCPU 1", second, AccessKind.WRITE);
        s.expectThat("the message of vCPU 0 is its own when vCPU 1 is suspended, too", scene.hasMessage(0, message));
        s.expectEqual("vCPU in the message of vCPU 0", 0, scene.message(0).vcpu());
        s.expectEqual("vCPU in the message of vCPU 1", 1, scene.message(1).vcpu());
        s.expectEqual("access in the message of vCPU 1", 1, scene.message(1).access());
        byte[] other = scene.intercepts().message(1);
        scene.allowAll();
        scene.expectDone("by vCPU 0 after its resume", first, AccessKind.READ, scene.resume(first));
        s.expectThat(
                "vCPU 1 is suspended after resume of vCPU 0", scene.intercepts().isSuspended(1));
        s.expectEqual("exit of vCPU 1 after resume of vCPU 0", exit, scene.rig().run(1, 10));
        s.expectThat("the message of vCPU 1 is the same after resume of vCPU 0", scene.hasMessage(1, other));
        scene.expectDone("by vCPU 1 after its resume", second, AccessKind.WRITE, scene.resume(second));
    }

    private static void suspensionsAreSaved(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        Set<AccessKind> allowed = EnumSet.of(AccessKind.EXECUTE);
        scene.intercepts().permit(PAGE, allowed);
        VcpuExit exit = scene.expectForbidden("before it is saved", cpu, AccessKind.READ);
        byte[] message = scene.intercepts().message(0);
        SavedState saved = scene.rig().machine().save();
        scene.rig().cut();
        expectRestored(s, scene, "in a fresh machine", exit, message, allowed);
        s.expectThat(
                "the state of the fresh machine is the one that was saved",
                saved.equals(scene.rig().machine().save()));
        scene.expectForbidden("of a kind that was forbidden in the saved machine", resumed(scene), AccessKind.WRITE);
        scene.intercepts().disable();
        scene.rig().machine().restore(saved);
        expectRestored(s, scene, "in a machine where they were off", exit, message, allowed);
        scene.allowAll();
        scene.expectDone("after resume in a restored machine", cpu, AccessKind.READ, scene.resume(cpu));
        SavedState off = off(scene);
        scene.intercepts().enable();
        scene.forbid(AccessKind.READ);
        scene.expectForbidden("before a state without intercepts is restored", cpu, AccessKind.READ);
        scene.rig().machine().restore(off);
        s.expectThat(
                "intercepts are off in the restored machine",
                !scene.intercepts().isEnabled());
        s.expectThat(
                "nobody is suspended in the restored machine",
                !scene.intercepts().isSuspended(0));
        scene.expectAccess("in the restored machine", cpu, AccessKind.READ);
    }

    private static SteppingGuestCpu resumed(InterceptScene scene) {
        scene.intercepts().resume(0);
        return scene.cpu();
    }

    private static SavedState off(InterceptScene scene) {
        scene.intercepts().disable();
        return scene.rig().machine().save();
    }

    private static void expectRestored(
            Scenario s, InterceptScene scene, String where, VcpuExit exit, byte[] message, Set<AccessKind> allowed) {
        s.expectThat("intercepts are on " + where, scene.intercepts().isEnabled());
        s.expectEqual("what is allowed " + where, allowed, scene.intercepts().permitted(PAGE));
        s.expectThat("the vCPU is suspended " + where, scene.intercepts().isSuspended(0));
        s.expectThat("the message " + where + " is the same", scene.hasMessage(0, message));
        s.expectEqual("exit of a run " + where, exit, scene.rig().run(0, 10));
    }

    private static void aVcpuThatIsResetOrOffIsNotSuspended(Scenario s) {
        InterceptScene scene = InterceptScene.on(s, 2);
        SteppingGuestCpu first = scene.cpu();
        SteppingGuestCpu second = scene.rig().cpu(1);
        scene.forbid(AccessKind.READ);
        scene.expectForbidden("on vCPU 0", first, AccessKind.READ);
        scene.expectForbidden("on vCPU 1", second, AccessKind.READ);
        first.vcpu().reset();
        expectNotSuspended(s, scene, 0, "that was reset");
        s.expectThat(
                "vCPU 1 is suspended after the reset of vCPU 0",
                scene.intercepts().isSuspended(1));
        s.expectThat(
                "intercepts are on after the reset of a vCPU",
                scene.intercepts().isEnabled());
        first.write(CoreRegister.PC, first.layout().el1());
        s.expectRetired("an instruction of the vCPU that was reset", first.noOperation());
        scene.expectForbidden("on the vCPU that was reset", first, AccessKind.READ);
        scene.intercepts().resume(0);
        s.expectStopped("SYSTEM_OFF", first.callStep(Psci.SYSTEM_OFF), VcpuExit.SystemEvent.class);
        expectNotSuspended(s, scene, 1, "that was turned off");
        s.expectEqual(
                "exit of the vCPU that was turned off",
                new VcpuExit.PoweredOff(),
                second.vcpu().step());
    }

    private static void expectNotSuspended(Scenario s, InterceptScene scene, int vcpu, String which) {
        s.expectThat(
                "vCPU " + vcpu + ", " + which + ", is not suspended",
                !scene.intercepts().isSuspended(vcpu));
        s.expectRefused(
                "message of the vCPU " + which,
                ErrorId.ILLEGAL_STATE,
                () -> scene.intercepts().message(vcpu));
    }
}
