/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Accesses to addresses without memory.
 *
 * @since 0.1
 */
public final class MmioChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: accesses without memory",
            Check.of("API-019", MmioChecks::aLoadIsAnsweredByTheVmm),
            Check.of("API-020", MmioChecks::anAnswerThatIsMissingOrTooManyIsRefused),
            Check.of("API-021", MmioChecks::aStoreIsReportedOnce));

    /** Where QEMU's virt machine has nothing. */
    private static final long DEVICE = 0x1000_0000L;

    private static final long VALUE = 0x8877_6655_4433_2211L;

    private MmioChecks() {}

    private static void aLoadIsAnsweredByTheVmm(Scenario s) {
        for (AccessWidth width : AccessWidth.values()) {
            SteppingGuestCpu cpu = atAccess(s, A64.ldr(width, 0, 1, 0));
            s.expectEqual(
                    "exit of a load of " + width,
                    new VcpuExit.MmioRead(DEVICE, width),
                    cpu.rig().run(0, 10));
            cpu.vcpu().completeMmioRead(VALUE);
            expectBudget(s, cpu.rig());
            s.expectEqual("X0 after a load of " + width, low(width), cpu.x(0));
        }
    }

    private static void anAnswerThatIsMissingOrTooManyIsRefused(Scenario s) {
        SteppingGuestCpu cpu = atAccess(s, A64.ldr(AccessWidth.WORD, 0, 1, 0));
        s.expectRefused(
                "completeMmioRead that nobody waits for",
                ErrorId.ILLEGAL_STATE,
                () -> cpu.vcpu().completeMmioRead(1));
        cpu.rig().run(0, 10);
        s.expectRefused(
                "run without the answer",
                ErrorId.ILLEGAL_STATE,
                () -> cpu.vcpu().run(RunBudget.instructions(1)));
        s.expectRefused(
                "step without the answer",
                ErrorId.ILLEGAL_STATE,
                () -> cpu.vcpu().step());
        cpu.vcpu().completeMmioRead(5);
        expectBudget(s, cpu.rig());
        s.expectEqual("X0 after the answer", 5, cpu.x(0));
    }

    private static void aStoreIsReportedOnce(Scenario s) {
        for (AccessWidth width : AccessWidth.values()) {
            SteppingGuestCpu cpu = atAccess(s, A64.str(width, 0, 1, 0));
            cpu.x(0, VALUE);
            s.expectEqual(
                    "exit of a store of " + width,
                    new VcpuExit.MmioWrite(DEVICE, width, low(width)),
                    cpu.rig().run(0, 10));
            expectBudget(s, cpu.rig());
        }
    }

    /** The access, then a loop without end. */
    private static SteppingGuestCpu atAccess(Scenario s, int access) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        cpu.x(1, DEVICE);
        rig.program(cpu.pc(), access, A64.NOP, A64.b(-4));
        return cpu;
    }

    private static void expectBudget(Scenario s, Rig rig) {
        VcpuExit exit = rig.run(0, 10);
        s.expectThat("the guest goes on after the access: " + exit, exit instanceof VcpuExit.BudgetExhausted);
    }

    private static long low(AccessWidth width) {
        return width == AccessWidth.DOUBLEWORD ? VALUE : VALUE & (1L << 8 * width.bytes()) - 1;
    }
}
