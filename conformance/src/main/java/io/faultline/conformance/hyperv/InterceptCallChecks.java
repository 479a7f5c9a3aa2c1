/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.EnumSet;
import java.util.Set;

/**
 * Memory intercepts where the hypervisor has a part in it: operands of hypercalls, and pages of its own.
 *
 * @since 0.1
 */
public final class InterceptCallChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: memory intercepts",
            Check.of("API-060", InterceptCallChecks::aCallIsMadeAgain).cut(),
            Check.of("API-061", InterceptCallChecks::aPageOfTheHypervisorIsFree).cut());

    private static final Set<AccessKind> ALL = EnumSet.allOf(AccessKind.class);
    private static final int INFO_AT = 45;
    private static final int OUTPUT_PENDING = 4;
    private static final int INPUT_PAGE = 1;
    private static final int OUTPUT_PAGE = 2;
    private static final int OVERLAID_PAGE = 3;

    private InterceptCallChecks() {}

    private static MemoryIntercepts intercepts(HypervGuest guest) {
        return guest.rig()
                .machine()
                .memoryIntercepts()
                .orElseThrow(() -> guest.scenario()
                        .failure(
                                "Machine.memoryIntercepts()",
                                "present, as the backend declares memory-intercepts",
                                "empty"));
    }

    private static void expectIntercept(HypervGuest guest, String what, GuestStep step, AccessKind kind, long page) {
        Scenario s = guest.scenario();
        VcpuExit.BackendSpecific exit = s.expectStopped(what, step, VcpuExit.BackendSpecific.class);
        s.expectEqual("kind of the exit of " + what, MemoryIntercepts.EXIT, exit.kind());
        long access = exit.details().getOrDefault("access", -1L);
        s.expectEqual("access of " + what, kind == AccessKind.READ ? 0 : 1, access);
        long gpa = exit.details().getOrDefault("gpa", -1L);
        s.expectEqual("page of " + what, page, PageSize.pageOf(gpa));
        s.expectThat("the vCPU is suspended by " + what, intercepts(guest).isSuspended(0));
    }

    private static void aCallWithoutItsInputIsMadeAgain(Scenario s) {
        if (!s.capabilities().has(Capabilities.PAGING)) {
            return;
        }
        HypervGuest guest = HypervGuest.boot(s);
        long address = guest.scratch(INPUT_PAGE).address();
        intercepts(guest).enable();
        placeOperands(guest);
        byte[] content = guest.rig().faults().evict(address);
        expectIntercept(guest, "a call whose input is absent", call(guest), AccessKind.READ, address);
        guest.rig().faults().complete(address, content);
        intercepts(guest).resume(0);
        s.expectRetired("the call whose input has come", guest.cpu().resume());
        expectSuccess(guest);
    }

    private static void expectSuccess(HypervGuest guest) {
        Scenario s = guest.scenario();
        s.expectEqual(
                "status of the call",
                Hyperv.SUCCESS,
                new HypervGuest.Result(guest.cpu().x(0)).status());
        s.expectThat(
                "the call has written its output", guest.scratch(OUTPUT_PAGE).quad(0) != 0);
    }

    /** For HvCallGetVpRegisters, with input and output in pages of their own. */
    private static void placeOperands(HypervGuest guest) {
        guest.scratch(INPUT_PAGE).quad(0, Hyperv.SELF).quad(8, Hyperv.SELF_VP).word(Hyperv.GET_HEADER, Hyperv.VERSION);
        guest.scratch(OUTPUT_PAGE).quad(0, 0).quad(8, 0);
    }

    private static GuestStep call(HypervGuest guest) {
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(0, Hyperv.CALL);
        cpu.x(1, Hyperv.control(Hyperv.GET, 1, 0));
        cpu.x(2, guest.scratch(INPUT_PAGE).address());
        cpu.x(3, guest.scratch(OUTPUT_PAGE).address());
        return cpu.execute(A64.hvc(0));
    }

    private static void aCallIsMadeAgain(Scenario s) {
        for (int page : new int[] {INPUT_PAGE, OUTPUT_PAGE}) {
            HypervGuest guest = HypervGuest.boot(s);
            SteppingGuestCpu cpu = guest.cpu();
            AccessKind kind = page == INPUT_PAGE ? AccessKind.READ : AccessKind.WRITE;
            String what = "a call that may not " + kind + " its operand";
            long address = guest.scratch(page).address();
            intercepts(guest).enable();
            intercepts(guest).permit(address, EnumSet.complementOf(EnumSet.of(kind)));
            placeOperands(guest);
            cpu.write(CoreRegister.PC, cpu.layout().el1());
            expectIntercept(guest, what, call(guest), kind, address);
            RegisterFile registers = cpu.registers();
            s.expectEqual("PC of " + what, cpu.layout().el1(), cpu.pc());
            s.expectEqual("X0 of " + what, Hyperv.CALL, cpu.x(0));
            s.expectEqual("output of " + what, 0, guest.scratch(OUTPUT_PAGE).quad(0));
            int info = intercepts(guest).message(0)[INFO_AT];
            s.expectEqual(
                    "bit 2 of the access information of " + what,
                    kind == AccessKind.WRITE ? OUTPUT_PENDING : 0,
                    info & OUTPUT_PENDING);
            guest.rig().run(0, 10);
            s.expectEqual("registers after a run behind " + what, registers, cpu.registers());
            intercepts(guest).permit(address, ALL);
            intercepts(guest).resume(0);
            s.expectRetired("the call that is made again", cpu.resume());
            expectSuccess(guest);
        }
        aCallWithoutItsInputIsMadeAgain(s);
    }

    private static void aPageOfTheHypervisorIsFree(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        long page = guest.scratch(OVERLAID_PAGE).address();
        intercepts(guest).enable();
        intercepts(guest).permit(page, Set.of());
        guest.set(Hyperv.SIMP, Hyperv.on(page));
        cpu.put(page, AccessWidth.WORD, 0);
        s.expectEqual("the page of the hypervisor", 0, cpu.get(page, AccessWidth.WORD));
        Set<AccessKind> allowed = EnumSet.of(AccessKind.READ);
        intercepts(guest).permit(page, allowed);
        s.expectEqual(
                "what is allowed of the page below", allowed, intercepts(guest).permitted(page));
        cpu.put(page, AccessWidth.WORD, 0);
        guest.set(Hyperv.SIMP, 0);
        s.expectEqual("the page of the guest, which may be read", 0, cpu.get(page, AccessWidth.WORD));
        cpu.x(1, page);
        expectIntercept(
                guest,
                "a store to the page of the guest that is there again",
                cpu.store(AccessWidth.WORD, 0, 1),
                AccessKind.WRITE,
                page);
        intercepts(guest).permit(page, ALL);
        intercepts(guest).resume(0);
        s.expectRetired("the store after resume", cpu.resume());
    }
}
