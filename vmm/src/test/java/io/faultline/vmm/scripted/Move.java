/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** What a scripted vCPU does when it is run. */
@FunctionalInterface
public interface Move {
    VcpuExit make(ScriptedVcpu vcpu, RunBudget budget);

    /** Executes as many instructions as it may. */
    static Move spin() {
        return (vcpu, budget) -> {
            vcpu.execute(budget.instructions());
            return new VcpuExit.BudgetExhausted(budget.instructions());
        };
    }

    static Move exit(VcpuExit exit) {
        return (vcpu, budget) -> exit;
    }

    /** Executes a few instructions and then stops. */
    static Move after(int instructions, VcpuExit exit) {
        return (vcpu, budget) -> {
            vcpu.execute(instructions);
            return exit;
        };
    }

    static Move powerOff() {
        return exit(new VcpuExit.SystemEvent(VcpuExit.SystemEvent.Kind.OFF));
    }

    static Move write(long address, AccessWidth width, long value) {
        return after(1, new VcpuExit.MmioWrite(address, width, value));
    }

    static Move read(long address, AccessWidth width) {
        return (vcpu, budget) -> {
            vcpu.expectRead();
            return new VcpuExit.MmioRead(address, width);
        };
    }

    /** Waits for an interrupt until something is true, with an optional timer. */
    static Move waitUntil(BooleanSupplier woken, OptionalLong deadline) {
        return (vcpu, budget) -> {
            if (!woken.getAsBoolean()) {
                vcpu.stay();
                return new VcpuExit.WaitForInterrupt(deadline);
            }
            vcpu.execute(1);
            return new VcpuExit.BudgetExhausted(1);
        };
    }

    /** Touches a page, and waits for it if it is absent. */
    static Move touch(long page) {
        return (vcpu, budget) -> {
            if (vcpu.machine().faults().touch(page)) {
                vcpu.execute(1);
                return new VcpuExit.BudgetExhausted(1);
            }
            vcpu.stay();
            return new VcpuExit.WaitForPage(
                    new FaultTicket(vcpu.index(), page, AccessKind.READ, FaultPhase.HIDDEN, 0, Optional.empty()),
                    false);
        };
    }

    static Move backendSpecific(String kind) {
        return exit(new VcpuExit.BackendSpecific(kind, new TreeMap<>()));
    }
}
