/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;

/**
 * Section P, first part: a program gives the same results however its faults are handled.
 *
 * @since 0.1
 */
public final class WorkloadChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: workloads",
            Check.of("APF-188", WorkloadChecks::resultsDoNotDependOnTheHandling)
                    .witnesses("off", "host-only", "full")
                    .cut(),
            Check.of("APF-189", WorkloadChecks::nothingIsExecutedTwice)
                    .witnesses("announced")
                    .cut());

    private static final int PAGES = 4;
    private static final int STEPS = 400;

    /** Most exits that one fault may cost. */
    private static final int EXITS = 2;

    /** {@code ADD X3, X3, X4}. */
    private static final int ADD_X3_X3_X4 = 0x8B04_0063;

    private WorkloadChecks() {}

    /** What a workload left behind. */
    private record Result(List<Long> registers, List<Long> memory) {}

    /**
     * Sums words of absent pages and stores the sums to other absent pages: X1 and X6 are pages, X2 counts down, X3 is the
     * sum, X5 counts up.
     */
    private static void load(PagingScene scene) {
        SteppingGuestCpu cpu = scene.cpu();
        scene.absentPages(2 * PAGES);
        cpu.enterEl0();
        scene.rig()
                .program(
                        cpu.pc(),
                        A64.ldr(AccessWidth.DOUBLEWORD, 4, 1, 0),
                        ADD_X3_X3_X4,
                        A64.str(AccessWidth.DOUBLEWORD, 3, 6, 0),
                        A64.add(5, 5, 1),
                        A64.add(1, 1, 0xFFF),
                        A64.add(1, 1, 1),
                        A64.add(6, 6, 0xFFF),
                        A64.add(6, 6, 1),
                        A64.sub(2, 2, 1),
                        A64.cbnz(2, -36),
                        A64.svc(0));
        for (int n = 0; n <= 30; n++) {
            cpu.x(n, 0);
        }
        cpu.x(1, GuestLayout.dataPage(0));
        cpu.x(2, PAGES);
        cpu.x(6, GuestLayout.dataPage(PAGES));
    }

    /** Runs the workload to its SVC; returns the number of exits that the VMM saw. */
    private static int run(PagingScene scene) {
        SteppingGuestCpu cpu = scene.cpu();
        Scenario s = scene.scenario();
        int exits = 0;
        for (int n = 0; n < STEPS; n++) {
            GuestStep step = cpu.resume();
            if (step instanceof GuestStep.Stopped) {
                scene.expectWaits("an access of the workload", step);
                exits++;
                scene.source().releaseAll();
                scene.rig().advance(0);
            } else if (cpu.isAt(ExceptionLevel.EL1)) {
                if (cpu.pc() == cpu.layout().vectorFromEl0(0)) {
                    return exits;
                }
                sleepUntilReady(scene, step);
                exits++;
            }
        }
        throw s.failure("the workload", "its end within " + STEPS + " steps", "PC " + PagingScene.hex(cpu.pc()));
    }

    /** The only task waits: the guest is idle until ready, and goes on with the registers that the task had. */
    private static void sleepUntilReady(PagingScene scene, GuestStep step) {
        SteppingGuestCpu cpu = scene.cpu();
        Scenario s = scene.scenario();
        long page = scene.rig().faults().outstanding().get(0).page();
        WaitingTask task =
                scene.guest().letWait(page, scene.guest().expectNotPresent("an access of the workload", step));
        long[] kept = new long[31];
        for (int n = 0; n < kept.length; n++) {
            kept[n] = cpu.x(n);
        }
        cpu.interruptsOn();
        s.expectStopped("WFI of the idle guest", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
        scene.arrive(page);
        s.expectEqual("token of ready", task.token(), scene.guest().takeReady());
        cpu.returnTo(task.pc(), task.state());
        for (int n = 0; n < kept.length; n++) {
            cpu.x(n, kept[n]);
        }
    }

    private static Result result(PagingScene scene) {
        List<Long> registers = new ArrayList<>();
        for (int n = 0; n <= 30; n++) {
            registers.add(scene.cpu().x(n));
        }
        registers.add(scene.cpu().read(CoreRegister.SP_EL0));
        registers.add(scene.cpu().read(SystemRegister.SPSR_EL1) & ProcessorState.NZCV);
        List<Long> memory = new ArrayList<>();
        for (int n = 0; n < 2 * PAGES; n++) {
            for (long offset = 0; offset < 0x1000; offset += 8) {
                memory.add(
                        scene.rig().machine().memory().load(GuestLayout.dataPage(n) + offset, AccessWidth.DOUBLEWORD));
            }
        }
        return new Result(registers, memory);
    }

    /** APF-188. */
    private static void resultsDoNotDependOnTheHandling(Scenario s) {
        PagingScene off = PagingScene.withoutOffer(s);
        load(off);
        run(off);
        Result expected = result(off);
        long sum = 0;
        for (int n = 0; n < PAGES; n++) {
            sum += ScriptedPageSource.patternWord(GuestLayout.dataPage(n));
        }
        s.expectEqual("sum in X3", sum, expected.registers.get(3).longValue());
        s.witness("off");
        PagingScene hostOnly = PagingScene.offered(s, 1);
        load(hostOnly);
        run(hostOnly);
        expectSame(s, "host-only", expected, result(hostOnly));
        PagingScene full = PagingScene.enabled(s);
        load(full);
        run(full);
        s.expectThat("faults are announced", full.counters().announced() > 0);
        expectSame(s, "full", expected, result(full));
    }

    private static void expectSame(Scenario s, String name, Result expected, Result actual) {
        s.expectEqual("registers with handling " + name, expected.registers, actual.registers);
        s.expectEqual("memory with handling " + name, expected.memory, actual.memory);
        s.witness(name);
    }

    /** APF-189. */
    private static void nothingIsExecutedTwice(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        load(scene);
        int exits = run(scene);
        s.expectEqual("X5, which counts the rounds", PAGES, scene.cpu().x(5));
        s.expectEqual("announced faults", 2 * PAGES, scene.counters().announced());
        s.witness("announced");
        s.expectThat(
                "at most " + EXITS + " exits for each of " + 2 * PAGES + " faults, not " + exits,
                exits <= EXITS * 2 * PAGES);
    }
}
