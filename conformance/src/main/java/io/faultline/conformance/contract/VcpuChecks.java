/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * vCPUs: reset, step, run, kick and registers.
 *
 * @since 0.1
 */
public final class VcpuChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: vCPUs",
            Check.of("API-014", VcpuChecks::oneVcpuIsOnAfterReset),
            Check.of("API-015", VcpuChecks::aStepExecutesOneInstruction),
            Check.of("API-016", VcpuChecks::aStepThatTakesAnInterruptExecutesNothing)
                    .witnesses("interrupt-taken"),
            Check.of("API-017", VcpuChecks::aRunKeepsToItsBudget),
            Check.of("API-018", VcpuChecks::aKickEndsOneRun),
            Check.of("API-022", VcpuChecks::registersAreSharedWithTheGuest).cut(),
            Check.of("API-023", VcpuChecks::waitingForAnInterruptStopsTheVcpu),
            Check.of("API-024", VcpuChecks::aGuestWithoutVectorsHarmsNobody));

    private static final long NOWHERE = 0x1000_0000L;

    private VcpuChecks() {}

    private static void oneVcpuIsOnAfterReset(Scenario s) {
        int vcpus = Math.min(3, s.capability(Capabilities.VCPUS));
        Rig rig = s.unbootedMachine(request -> request.vcpus(vcpus));
        Vcpu first = rig.machine().vcpus().get(0);
        ProcessorState state = new ProcessorState(first.read(CoreRegister.PSTATE));
        s.expectThat("vCPU 0 is on", first.isOn());
        s.expectEqual("exception level of vCPU 0", ExceptionLevel.EL1, state.level());
        s.expectThat("D, A, I and F of vCPU 0 are masked: " + state, state.has(ProcessorState.DAIF));
        for (int i = 1; i < vcpus; i++) {
            Vcpu other = rig.machine().vcpus().get(i);
            s.expectThat("vCPU " + i + " is off", !other.isOn());
            s.expectEqual("step of vCPU " + i, new VcpuExit.PoweredOff(), other.step());
        }
    }

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

    private static void aStepThatTakesAnInterruptExecutesNothing(Scenario s) {
        InterruptId interrupt = InterruptId.ppi(22);
        NotificationChannel channel = new NotificationChannel.Ppi(interrupt, Trigger.EDGE);
        Rig rig = s.machine(request -> request.channel(channel));
        SteppingGuestCpu cpu = rig.cpu(0);
        cpu.gic().initialise();
        cpu.gic().configure(interrupt, Trigger.EDGE);
        cpu.gic().enable(interrupt);
        cpu.interruptsOn();
        long vector = cpu.layout().vectorFromEl1(1);
        rig.program(vector, A64.movz(7, 1, 0));
        rig.program(cpu.pc(), A64.movz(7, 2, 0));
        cpu.x(7, 0);
        s.expectEqual(
                "outcome of the injection",
                DeliveryOutcome.DELIVERED,
                rig.notifications().inject(channel, 0));
        s.expectEqual("exit of the step", new VcpuExit.Stepped(), cpu.vcpu().step());
        s.expectEqual("PC after the step", vector, cpu.pc());
        s.witness("interrupt-taken");
        s.expectEqual("X7, which the handler and the interrupted code would set", 0, cpu.x(7));
    }

    private static void aRunKeepsToItsBudget(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        rig.program(cpu.pc(), A64.add(0, 0, 1), A64.add(0, 0, 1), A64.b(-8));
        cpu.x(0, 0);
        for (long budget : new long[] {1, 2, 3, 1000, 4097}) {
            long before = cpu.vcpu().retired();
            VcpuExit exit = rig.run(0, budget);
            long retired = cpu.vcpu().retired() - before;
            s.expectEqual("exit of a run of " + budget, new VcpuExit.BudgetExhausted(retired), exit);
            s.expectThat(
                    "a run of " + budget + " retires at least 1 and at most so many instructions, not " + retired,
                    retired >= 1 && retired <= budget);
        }
    }

    private static void aKickEndsOneRun(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        rig.program(cpu.pc(), A64.b(0));
        cpu.vcpu().kick();
        cpu.vcpu().kick();
        s.expectEqual("exit of the run after two kicks", new VcpuExit.Kicked(), rig.run(0, 100_000));
        VcpuExit next = rig.run(0, 100);
        s.expectThat("the run after that uses its budget: " + next, next instanceof VcpuExit.BudgetExhausted);
    }

    private static void registersAreSharedWithTheGuest(Scenario s) {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        cpu.fillRegisters(7);
        for (Register register :
                List.of(CoreRegister.X0, CoreRegister.X30, CoreRegister.SP_EL0, SystemRegister.TPIDR_EL0)) {
            cpu.write(register, 0x1234_5678_9ABC_DEF0L);
            s.expectEqual(register + " read back", 0x1234_5678_9ABC_DEF0L, cpu.read(register));
        }
        s.expectEqual("TPIDR_EL0 as the guest sees it", 0x1234_5678_9ABC_DEF0L, cpu.mrs(SystemRegister.TPIDR_EL0));
        cpu.put(GuestLayout.DATA, AccessWidth.DOUBLEWORD, 0x77);
        cpu.x(1, GuestLayout.DATA);
        s.expectRetired("store of X30", cpu.store(AccessWidth.DOUBLEWORD, 30, 1));
        s.expectEqual(
                "X30 as the guest stored it",
                0x1234_5678_9ABC_DEF0L,
                cpu.rig().machine().memory().load(GuestLayout.DATA, AccessWidth.DOUBLEWORD));
        cpu.msr(SystemRegister.TPIDR_EL1, 0x55);
        s.expectEqual("TPIDR_EL1 as the VMM sees it", 0x55, cpu.read(SystemRegister.TPIDR_EL1));
    }

    private static void waitingForAnInterruptStopsTheVcpu(Scenario s) {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        VcpuExit.WaitForInterrupt exit =
                s.expectStopped("WFI", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
        s.expectThat("no timer is armed", exit.deadline().isEmpty());
    }

    private static void aGuestWithoutVectorsHarmsNobody(Scenario s) {
        for (int instruction : new int[] {A64.UDF, A64.svc(0), A64.br(9)}) {
            Rig rig = s.machine();
            SteppingGuestCpu cpu = rig.cpu(0);
            cpu.msr(SystemRegister.VBAR_EL1, NOWHERE);
            cpu.x(9, NOWHERE + 0x10_0000);
            rig.program(cpu.pc(), instruction);
            VcpuExit exit = rig.run(0, 10_000);
            s.expectThat(
                    "the run ends with Unrecoverable or on its budget: " + exit,
                    exit instanceof VcpuExit.Unrecoverable || exit instanceof VcpuExit.BudgetExhausted);
        }
    }
}
