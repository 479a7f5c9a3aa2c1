/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.backend.testing.StepCpu;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guest and a pager that do anything at any time: nothing throws, and the books balance after each step. */
class ApfHostileGuestTest {
    private static final int STEPS = 4000;
    private static final int LOAD_X0_FROM_X1 = 0xF940_0020;
    private static final int NOP = 0xD503_201F;

    private ApfRig rig;

    @ParameterizedTest
    @CsvSource({
        "apf.route, sdei, 1",
        "apf.route, sdei, 2",
        "apf.reply, ignored, 3",
        "apf.first-token, zero, 4",
        "apf.route, ppi, 1",
        "apf.route, ppi, 2",
        "apf.route, ppi, 3",
        "apf.inject, taken, 4",
        "apf.inject, taken, 5"
    })
    void nothingAGuestDoesBreaksTheHost(String key, String value, long seed) {
        Map<String, String> settings = new TreeMap<>(Map.of("apf.slots", "3", key, value));
        if (key.equals("apf.inject")) {
            settings.put("apf.route", "ppi");
        }
        rig = new ApfRig(2, settings, PageFaultDecoration.NONE);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        rig.enable(0);
        rig.enable(1);
        for (int i = 0; i < STEPS; i++) {
            int vcpu = random.nextInt(2);
            StepCpu cpu = rig.cpu(vcpu);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> touch(cpu, random);
                case 3, 4 -> interfaceCall(cpu, random);
                case 5, 6 -> sdeiCall(cpu, random);
                case 7 -> scribble(vcpu, random);
                case 8 -> complete(random);
                case 9 -> rig.pages().poll();
                case 10 -> evict(random);
                default -> step(cpu, NOP);
            }
            FaultCounters counters = rig.counters();
            assertTrue(counters.vetoed() == counters.parked() + counters.synchronous());
            if (i % 100 == 99) {
                rig.machine.restore(rig.machine.save());
            }
        }
        nothingIsLeft();
    }

    /** Disabling ends what was announced, the pages end the rest, and nobody waits. */
    private void nothingIsLeft() {
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            StepCpu cpu = rig.cpu(vcpu);
            kernel(cpu);
            cpu.x(0, 0x8600_0000L + rig.route.number());
            cpu.x(1, rig.route.functions().indexOf(ApfFunction.ENABLE));
            cpu.x(2, 0);
            cpu.x(3, 0);
            step(cpu, ApfRig.HVC);
        }
        for (int n = 0; n < 6; n++) {
            rig.pages().complete(page(n), new byte[4096]);
        }
        rig.pages().complete(area(0), new byte[4096]);
        rig.pages().complete(area(1), new byte[4096]);
        rig.pages().poll();
        assertEquals(List.of(), rig.pages().outstanding());
        assertEquals(0, rig.counters().outstanding());
    }

    private void step(StepCpu cpu, int instruction) {
        long at = (cpu.index() == 0 ? ApfRig.el1(0) : ApfRig.el1(1)) + 0x100;
        if (rig.machine.memory().residency(at) == PageResidency.RESIDENT) {
            rig.word(at, instruction & 0xFFFF_FFFFL);
        }
        cpu.write(CoreRegister.PC, at);
        cpu.vcpu().step();
    }

    private void touch(StepCpu cpu, RandomGenerator random) {
        boolean user = random.nextInt(4) != 0;
        long state = user ? 0 : ProcessorState.EL1H_MASKED.spsr();
        cpu.write(CoreRegister.PSTATE, state | (random.nextBoolean() ? ProcessorState.I : 0));
        cpu.x(1, random.nextInt(8) == 0 ? area(cpu.index()) : page(random.nextInt(6)));
        step(cpu, LOAD_X0_FROM_X1);
    }

    private void kernel(StepCpu cpu) {
        cpu.write(CoreRegister.PSTATE, ProcessorState.EL1H_MASKED.spsr());
    }

    private void interfaceCall(StepCpu cpu, RandomGenerator random) {
        kernel(cpu);
        cpu.x(0, 0x8600_0000L + rig.route.number());
        boolean replies = random.nextInt(3) == 0;
        cpu.x(1, replies ? 5 : random.nextInt(7));
        cpu.x(2, random.nextInt(3) == 0 ? random.nextLong() : area(random.nextInt(2)) | random.nextInt(4));
        cpu.x(3, random.nextInt(8) == 0 ? random.nextLong() : 0);
        if (replies && rig.machine.memory().residency(area(cpu.index())) == PageResidency.RESIDENT) {
            cpu.x(2, rig.word(area(cpu.index()) + 4));
            cpu.x(3, random.nextInt(3));
        }
        step(cpu, ApfRig.HVC);
    }

    private void sdeiCall(StepCpu cpu, RandomGenerator random) {
        kernel(cpu);
        SdeiFunction function = SdeiFunction.values()[random.nextInt(SdeiFunction.values().length)];
        cpu.x(0, Integer.toUnsignedLong(function.id()));
        cpu.x(
                1,
                switch (function) {
                    case EVENT_COMPLETE -> random.nextInt(2);
                    case EVENT_COMPLETE_AND_RESUME -> ApfRig.el1(cpu.index());
                    default -> ApfRig.EVENT;
                });
        cpu.x(2, rig.setup(cpu.index()).handler());
        cpu.x(3, 0);
        cpu.x(4, 0);
        cpu.x(5, 0);
        step(cpu, ApfRig.HVC);
    }

    private void scribble(int vcpu, RandomGenerator random) {
        long address = area(vcpu) + 4L * random.nextInt(2);
        if (rig.machine.memory().residency(address) == PageResidency.RESIDENT) {
            rig.word(address, random.nextInt(3));
        }
    }

    private void complete(RandomGenerator random) {
        long page = random.nextInt(8) == 0 ? area(random.nextInt(2)) : page(random.nextInt(6));
        if (random.nextInt(4) == 0) {
            rig.pages().fail(page, "bad luck");
        } else {
            rig.pages().complete(page, new byte[4096]);
        }
    }

    private void evict(RandomGenerator random) {
        long page = random.nextInt(8) == 0 ? area(random.nextInt(2)) : page(random.nextInt(6));
        try {
            rig.pages().discard(page);
        } catch (HypervisorException alreadyGone) {
            // the VMM was told so
        }
    }
}
