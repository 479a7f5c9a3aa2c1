/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * {@code Vcpu.step}.
 *
 * @since 0.1
 */
public final class StepChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP =
            CheckGroup.of("API: vCPUs", Check.of("API-015", StepChecks::aStepExecutesOneInstruction));

    private StepChecks() {}

    private static void aStepExecutesOneInstruction(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        long start = cpu.pc();
        rig.program(start, A64.movz(0, 1, 0), A64.add(0, 0, 1), A64.add(0, 0, 1));
        long retired = cpu.vcpu().retired();
        for (int n = 1; n <= 3; n++) {
            VcpuExit exit = cpu.vcpu().step();
            s.expectEqual("exit of step " + n, new VcpuExit.Stepped(), exit);
            s.expectEqual("PC after step " + n, start + 4L * n, cpu.pc());
            s.expectEqual("X0 after step " + n, n, cpu.x(0));
            s.expectEqual(
                    "instructions retired by step " + n, retired + n, cpu.vcpu().retired());
        }
    }
}
