/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests made of noise. Whatever they do, a run ends with an exit. */
class HostileGuestTest {
    private static final long[] ADDRESSES = {
        Rig.CODE,
        Rig.VECTORS,
        Rig.DATA,
        Rig.RAM + Rig.RAM_BYTES - 8,
        MachineLayout.DISTRIBUTOR,
        MachineLayout.REDISTRIBUTORS,
        MachineLayout.REDISTRIBUTORS + 0x1_0000,
        MachineLayout.REDISTRIBUTORS + 0x1_0400,
        MachineLayout.REDISTRIBUTORS + 2 * MachineLayout.REDISTRIBUTOR_BYTES - 4,
        Rig.NOWHERE,
        0,
        -8,
        1L << 48,
        Long.MIN_VALUE
    };
    private static final int[] FUNCTIONS = {
        Psci.CPU_ON,
        Psci.CPU_OFF,
        Psci.CPU_SUSPEND,
        Psci.AFFINITY_INFO,
        Psci.SYSTEM_RESET,
        Psci.FEATURES,
        EventPersonality.RAISE,
        EventPersonality.REGISTER,
        EventPersonality.COMPLETE
    };
    private static final int SYSTEM_SPACE = 0xD500_0000;
    private static final int LOADS_AND_STORES = 0x0800_0000;
    private static final int VECTOR = 1 << 26;
    private static final SystemRegister[] SYSTEM_REGISTERS = SystemRegister.values();

    /** An instruction: noise, or one that gets further than noise does. */
    private static int word(SplittableRandom random) {
        int t = random.nextInt(32);
        int n = random.nextInt(31);
        SystemRegister register = SYSTEM_REGISTERS[random.nextInt(SYSTEM_REGISTERS.length)];
        return switch (random.nextInt(16)) {
            case 0, 1 -> random.nextInt();
            case 2 -> SYSTEM_SPACE | random.nextInt(1 << 22);
            case 14 -> A64.msr(register, n);
            case 15 -> LOADS_AND_STORES | random.nextInt(1 << 25) & ~VECTOR | random.nextInt(4) << 30;
            case 3 -> A64.hvc(random.nextInt(16) == 0 ? 1 : 0);
            case 4 -> A64.smc(0);
            case 5 -> A64.WFI;
            case 6 -> A64.ERET;
            case 7 -> A64.msr(register, t);
            case 8 -> A64.mrs(t, register);
            case 9 -> random.nextBoolean() ? A64.ldr(t, n) : A64.str(t, n);
            case 10 -> random.nextBoolean() ? A64.ldrb(t, n) : A64.strW(t, n);
            case 11 -> random.nextBoolean() ? A64.ldp(t, n, n) : A64.stp(t, t, n);
            case 12 -> A64.b(random.nextInt(64) - 32);
            default -> random.nextInt(8) == 0 ? A64.br(n) : A64.unmask(random.nextInt(16));
        };
    }

    private static long value(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> FUNCTIONS[random.nextInt(FUNCTIONS.length)] & 0xFFFF_FFFFL;
            case 2 -> random.nextInt(4);
            default -> ADDRESSES[random.nextInt(ADDRESSES.length)] + 4 * random.nextInt(64);
        };
    }

    private static void fill(Rig rig, SplittableRandom random, long address, int words) {
        int[] code = new int[words];
        for (int i = 0; i < words; i++) {
            code[i] = word(random);
        }
        rig.code(address, code);
    }

    private static void randomRegisters(Vcpu vcpu, int top, SplittableRandom random) {
        for (int i = 0; i < 31; i++) {
            vcpu.write(CoreRegister.x(i), value(random));
        }
        for (SystemRegister register : SYSTEM_REGISTERS) {
            if (random.nextInt(3) == 0) {
                try {
                    vcpu.write(register, value(random));
                } catch (HypervisorException readOnly) {
                    assertTrue(readOnly.getMessage().contains(register.name()));
                }
            }
        }
        if (random.nextInt(3) != 0) {
            vcpu.write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        }
        if (top == 2 && random.nextInt(3) != 0) {
            vcpu.write(SystemRegister.VBAR_EL2, Rig.VECTORS);
        }
        long[] states = top == 2 ? new long[] {0, 4, 5, 8, 9, 0x3C9} : new long[] {0, 4, 5, 0x3C5};
        vcpu.write(CoreRegister.PSTATE, states[random.nextInt(states.length)]);
        vcpu.write(CoreRegister.PC, random.nextInt(8) == 0 ? value(random) : Rig.CODE + 4 * random.nextInt(256));
    }

    private static void answer(Rig rig, Vcpu vcpu, int top, VcpuExit exit, SplittableRandom random) {
        if (exit instanceof VcpuExit.MmioRead) {
            vcpu.completeMmioRead(value(random));
        } else if (exit instanceof VcpuExit.WaitForInterrupt || exit instanceof VcpuExit.WaitForPage) {
            rig.personality.raise(vcpu.index());
            rig.machine
                    .clock()
                    .skipTo(rig.machine
                            .clock()
                            .nextDeadline()
                            .orElse(rig.machine.clock().nanos() + 1000));
        } else if (exit instanceof VcpuExit.Unrecoverable) {
            randomRegisters(vcpu, top, random);
        } else if (exit instanceof VcpuExit.PoweredOff || exit instanceof VcpuExit.SystemEvent) {
            vcpu.reset();
            if (vcpu.index() == 0) {
                randomRegisters(vcpu, top, random);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noGuestMakesARunThrow(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int guest = 0; guest < 12; guest++) {
            int top = 1 + guest % 2;
            ExceptionLevel level = top == 2 ? ExceptionLevel.EL2 : ExceptionLevel.EL1;
            Rig rig = new Rig(
                    List.of(),
                    request -> request.vcpus(2).level(level).memory(MemoryRegion.ram(Rig.RAM, Rig.RAM_BYTES)));
            fill(rig, random, Rig.CODE, 512);
            fill(rig, random, Rig.VECTORS, 512);
            fill(rig, random, Rig.DATA, 64);
            rig.pages().decision = AbsentPageDecision.values()[random.nextInt(4)];
            randomRegisters(rig.vcpu(), top, random);
            for (int turn = 0; turn < 60; turn++) {
                Vcpu vcpu = rig.vcpu(random.nextInt(4) == 0 ? 1 : 0);
                if (random.nextInt(8) == 0) {
                    long page = Rig.RAM + 0x1000L * random.nextInt(0x30);
                    if (rig.personality.host().ram().isResident(page)) {
                        rig.pages().evict(page);
                    }
                }
                VcpuExit exit = random.nextInt(4) == 0
                        ? vcpu.step()
                        : vcpu.run(RunBudget.instructions(1 + random.nextInt(400)));
                answer(rig, vcpu, top, exit, random);
            }
        }
    }

    @Test
    void everyEncodingThatBeginsAGuestEndsInAnExit() {
        Random random = new Random(77);
        Rig rig = new Rig(1);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        for (int i = 0; i < 20_000; i++) {
            rig.machine.memory().store(Rig.CODE, AccessWidth.WORD, random.nextInt());
            rig.vcpu().write(CoreRegister.PC, Rig.CODE);
            rig.set(random.nextInt(31), Rig.DATA + random.nextInt(64));
            VcpuExit exit = rig.step();
            if (exit instanceof VcpuExit.MmioRead) {
                rig.vcpu().completeMmioRead(random.nextLong());
            } else if (!rig.vcpu().isOn()) {
                rig.machine.reset();
                rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
            }
        }
        assertEquals(0, rig.machine.counters().get("exits.unrecoverable"));
    }
}
