/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import static io.faultline.conformance.contract.InterceptScene.ALL;
import static io.faultline.conformance.contract.InterceptScene.NONE;
import static io.faultline.conformance.contract.InterceptScene.PAGE;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Memory intercepts: turning them on and off, what is allowed, and what is refused.
 *
 * @since 0.1
 */
public final class InterceptChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: memory intercepts",
            Check.of("API-041", InterceptChecks::theyAreOffAtFirst),
            Check.of("API-042", InterceptChecks::turningThemOffAllowsEverything),
            Check.of("API-043", InterceptChecks::flagsThatCannotBeAreRefused),
            Check.of("API-044", InterceptChecks::questionsAboutOtherVcpusAreRefused),
            Check.of("API-045", InterceptChecks::aForbiddenAccessDoesNotHappen).cut(),
            Check.of("API-046", InterceptChecks::whatIsAllowedGoesOn).cut(),
            Check.of("API-047", InterceptChecks::flagsHoldWhetherThePageIsThereOrNot));

    private static final long NEXT_PAGE = GuestLayout.dataPage(4);

    private InterceptChecks() {}

    private static void theyAreOffAtFirst(Scenario s) {
        InterceptScene scene = InterceptScene.booted(s);
        expectOff(s, scene, "at first");
        scene.intercepts().enable();
        s.expectThat("intercepts are on", scene.intercepts().isEnabled());
        expectEverything(s, scene, "when they were turned on");
        scene.intercepts().permit(PAGE, NONE);
        scene.intercepts().enable();
        s.expectEqual(
                "what is allowed when they are turned on again",
                NONE,
                scene.intercepts().permitted(PAGE));
        scene.expectForbidden("when they were turned on twice", scene.cpu(), AccessKind.READ);
        scene.rig().machine().reset();
        s.expectThat("no vCPU is suspended after reset", !scene.intercepts().isSuspended(0));
        expectOff(s, scene, "after reset");
    }

    private static void expectOff(Scenario s, InterceptScene scene, String when) {
        s.expectThat("intercepts are off " + when, !scene.intercepts().isEnabled());
        expectEverything(s, scene, when);
    }

    private static void expectEverything(Scenario s, InterceptScene scene, String when) {
        s.expectEqual("what is allowed " + when, ALL, scene.intercepts().permitted(PAGE));
        for (AccessKind kind : AccessKind.values()) {
            scene.expectAccess(when, scene.cpu(), kind);
        }
    }

    private static void turningThemOffAllowsEverything(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.intercepts().permit(PAGE, NONE);
        scene.expectForbidden("of a page with nothing allowed", cpu, AccessKind.READ);
        scene.intercepts().disable();
        s.expectThat("intercepts are off", !scene.intercepts().isEnabled());
        s.expectThat("nobody is suspended any more", !scene.intercepts().isSuspended(0));
        scene.expectDone("by the vCPU that was suspended", cpu, AccessKind.READ, cpu.resume());
        scene.intercepts().disable();
        expectOff(s, scene, "when they were turned off twice");
        scene.intercepts().enable();
        expectEverything(s, scene, "when they were turned on anew");
    }

    private static void flagsThatCannotBeAreRefused(Scenario s) {
        MemoryRegion readOnly = new MemoryRegion(0x1000_0000L, PageSize.BYTES, false);
        InterceptScene scene = InterceptScene.booted(s, request -> request.memory(readOnly));
        expectRefused(s, scene, "while intercepts are off", PAGE, ErrorId.ILLEGAL_STATE);
        s.expectEqual(
                "what is allowed after the refusal", ALL, scene.intercepts().permitted(PAGE));
        scene.intercepts().enable();
        long end = GuestLayout.RAM.end();
        for (long page : new long[] {0, GuestLayout.RAM.base() - PageSize.BYTES, end, -PageSize.BYTES, 1L << 52}) {
            expectRefused(s, scene, "of what is not memory", page, ErrorId.NOT_GUEST_MEMORY);
        }
        for (long address : new long[] {PAGE + 1, PAGE + 8, PAGE + PageSize.BYTES - 1}) {
            expectRefused(s, scene, "of what is no page", address, ErrorId.INVALID_ARGUMENT);
        }
        expectRefused(s, scene, "of memory that guests can only read", readOnly.base(), ErrorId.INVALID_ARGUMENT);
        for (long address : new long[] {PAGE, PAGE + 8, end, readOnly.base(), -1, Long.MIN_VALUE}) {
            s.expectEqual(
                    "what is allowed at 0x" + Long.toHexString(address) + " after the refusals",
                    ALL,
                    scene.intercepts().permitted(address));
        }
        expectEverything(s, scene, "after the refusals");
    }

    private static void expectRefused(Scenario s, InterceptScene scene, String when, long page, ErrorId id) {
        s.expectRefused(
                "permit " + when + ", 0x" + Long.toHexString(page),
                id,
                () -> scene.intercepts().permit(page, NONE));
    }

    private static void questionsAboutOtherVcpusAreRefused(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        MemoryIntercepts intercepts = scene.intercepts();
        for (int vcpu : new int[] {-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            s.expectRefused(
                    "isSuspended of vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> intercepts.isSuspended(vcpu));
            s.expectRefused("message of vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> intercepts.message(vcpu));
            s.expectRefused("resume of vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> intercepts.resume(vcpu));
        }
        expectNotSuspended(s, intercepts, "before anything was intercepted");
        scene.forbid(AccessKind.READ);
        scene.expectForbidden("of a page that must not be read", scene.cpu(), AccessKind.READ);
        intercepts.message(0);
        intercepts.resume(0);
        expectNotSuspended(s, intercepts, "after resume");
    }

    private static void expectNotSuspended(Scenario s, MemoryIntercepts intercepts, String when) {
        s.expectThat("vCPU 0 is not suspended " + when, !intercepts.isSuspended(0));
        s.expectRefused("message " + when, ErrorId.ILLEGAL_STATE, () -> intercepts.message(0));
        s.expectRefused("resume " + when, ErrorId.ILLEGAL_STATE, () -> intercepts.resume(0));
    }

    private static void aForbiddenAccessDoesNotHappen(Scenario s) {
        for (AccessKind kind : AccessKind.values()) {
            InterceptScene scene = InterceptScene.on(s);
            SteppingGuestCpu cpu = scene.cpu();
            cpu.fillRegisters(7);
            scene.forbid(kind);
            scene.prepare(cpu, kind);
            RegisterFile registers = cpu.registers();
            byte[] page = scene.page();
            scene.expectForbidden("of a page where it is forbidden", cpu, kind);
            s.expectEqual("registers at the intercept of " + kind, registers, cpu.registers());
            s.expectThat("memory is as before the intercept of " + kind, Arrays.equals(page, scene.page()));
        }
        aPairThatReachesAForbiddenPageIsNotLoaded(s);
    }

    /** LDP X1, X2, [X1], whose second half is on the page: the base must be what it was. */
    private static void aPairThatReachesAForbiddenPageIsNotLoaded(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.forbid(AccessKind.READ);
        cpu.x(1, PAGE - 8);
        RegisterFile registers = cpu.registers();
        scene.expectIntercept(
                "a load of two doublewords, the second of which is forbidden",
                cpu,
                cpu.execute(A64.ldp(1, 2, 1, 0)),
                MemoryIntercepts.GPA_INTERCEPT,
                AccessKind.READ,
                PAGE);
        s.expectEqual("registers at the intercept of a pair", registers, cpu.registers());
        scene.allowAll();
        s.expectRetired("the load of the pair", scene.resume(cpu));
        s.expectEqual("X2 of the pair", InterceptScene.CONTENT, cpu.x(2));
    }

    private static void whatIsAllowedGoesOn(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        AccessKind[] kinds = AccessKind.values();
        for (int bits = 0; bits < 1 << kinds.length; bits++) {
            Set<AccessKind> allowed = EnumSet.noneOf(AccessKind.class);
            for (AccessKind kind : kinds) {
                if ((bits >> kind.ordinal() & 1) != 0) {
                    allowed.add(kind);
                }
            }
            String when = "of a page with " + allowed + " allowed";
            scene.intercepts().permit(PAGE, allowed);
            s.expectEqual("permitted " + when, allowed, scene.intercepts().permitted(PAGE));
            for (AccessKind kind : kinds) {
                if (allowed.contains(kind)) {
                    scene.expectAccess(when, cpu, kind);
                } else {
                    scene.expectForbidden(when, cpu, kind);
                    scene.intercepts().resume(0);
                }
            }
            expectNeighbourIsFree(s, scene, when);
        }
    }

    private static void expectNeighbourIsFree(Scenario s, InterceptScene scene, String when) {
        SteppingGuestCpu cpu = scene.cpu();
        cpu.write(CoreRegister.PC, cpu.layout().el1());
        cpu.put(NEXT_PAGE, AccessWidth.DOUBLEWORD, 5);
        s.expectEqual("the page behind one " + when, 5, cpu.get(NEXT_PAGE, AccessWidth.DOUBLEWORD));
        s.expectEqual(
                "what is allowed of the page behind one " + when,
                ALL,
                scene.intercepts().permitted(NEXT_PAGE));
    }

    private static void flagsHoldWhetherThePageIsThereOrNot(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        Set<AccessKind> readOnly = EnumSet.of(AccessKind.READ);
        byte[] content = scene.rig().faults().evict(PAGE);
        scene.intercepts().permit(PAGE, readOnly);
        for (String when : new String[] {"set while the page was absent", "set before the page was taken away"}) {
            s.expectEqual(
                    "what is allowed, " + when, readOnly, scene.intercepts().permitted(PAGE));
            scene.prepare(cpu, AccessKind.READ);
            VcpuExit exit = scene.expectIntercept(
                    "a load, which is allowed, of an absent page",
                    cpu,
                    scene.access(cpu, AccessKind.READ),
                    MemoryIntercepts.UNMAPPED_GPA,
                    AccessKind.READ,
                    PAGE);
            s.note("stopped with " + exit);
            scene.rig().faults().complete(PAGE, content);
            scene.expectDone("of the page that has come", cpu, AccessKind.READ, scene.resume(cpu));
            scene.expectForbidden("with flags " + when, cpu, AccessKind.WRITE);
            scene.intercepts().resume(0);
            content = scene.rig().faults().evict(PAGE);
        }
    }
}
