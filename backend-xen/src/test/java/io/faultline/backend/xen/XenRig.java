/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import java.util.Map;

/** A machine in the style of Xen whose vCPUs execute hypercalls. */
final class XenRig {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x40_0000;
    static final long CODE = RAM + 0x1000;
    static final long VECTORS = RAM + 0x4000;
    static final long DATA = RAM + 0x10_0000;
    static final long TABLES = RAM + 0x8000;
    static final int SELF = 0x7FF0;

    static final int MEMORY_OP = 12;
    static final int MULTICALL = 13;
    static final int VERSION = 17;
    static final int CONSOLE_IO = 18;
    static final int GRANT_TABLE_OP = 20;
    static final int VM_ASSIST = 21;
    static final int VCPU_OP = 24;
    static final int SCHED_OP = 29;
    static final int EVENT_CHANNEL_OP = 32;
    static final int HVM_OP = 34;

    private static final int NOP = 0xD503201F;

    final HypervisorBackend backend;
    final Machine machine;

    XenRig(int vcpus) {
        this(vcpus, Map.of());
    }

    XenRig(int vcpus, Map<String, String> settings, NotificationChannel... channels) {
        this(open(settings), vcpus, channels);
    }

    XenRig(HypervisorBackend backend, int vcpus, NotificationChannel... channels) {
        this.backend = backend;
        MachineRequest.Builder request = MachineRequest.builder().vcpus(vcpus).memory(MemoryRegion.ram(RAM, RAM_BYTES));
        for (NotificationChannel channel : channels) {
            request.channel(channel);
        }
        machine = backend.plan(request.build()).build();
        instruction(CODE, hvc(0xEA1));
        vcpu(0).write(SystemRegister.VBAR_EL1, VECTORS);
    }

    static HypervisorBackend open(Map<String, String> settings) {
        return XenBackends.open(BackendConfiguration.of(new XenBackendProvider().descriptor(), settings));
    }

    static int hvc(int immediate) {
        return 0xD400_0002 | immediate << 5;
    }

    Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    void instruction(long address, int word) {
        machine.memory().store(address, AccessWidth.WORD, Integer.toUnsignedLong(word));
        machine.memory().store(address + 4, AccessWidth.WORD, Integer.toUnsignedLong(NOP));
    }

    long x(int register) {
        return vcpu(0).read(CoreRegister.x(register));
    }

    /** Prepares a call on a vCPU. */
    void prepare(int vcpu, long number, long... arguments) {
        Vcpu caller = vcpu(vcpu);
        caller.write(CoreRegister.PC, CODE);
        caller.write(CoreRegister.x(16), number);
        for (int i = 0; i < arguments.length; i++) {
            caller.write(CoreRegister.x(i), arguments[i]);
        }
    }

    /** Makes a call that is not interrupted. */
    long call(long number, long... arguments) {
        return callOn(0, number, arguments);
    }

    long callOn(int vcpu, long number, long... arguments) {
        prepare(vcpu, number, arguments);
        for (int i = 0; i < 100_000; i++) {
            VcpuExit exit = vcpu(vcpu).step();
            assertEquals(new VcpuExit.Stepped(), exit);
            if (vcpu(vcpu).read(CoreRegister.PC) != CODE) {
                break;
            }
        }
        assertEquals(CODE + 4, vcpu(vcpu).read(CoreRegister.PC));
        return vcpu(vcpu).read(CoreRegister.X0);
    }

    /** Writes 32-bit words. */
    void words(long address, int... values) {
        for (int i = 0; i < values.length; i++) {
            machine.memory().store(address + 4L * i, AccessWidth.WORD, Integer.toUnsignedLong(values[i]));
        }
    }

    void longs(long address, long... values) {
        for (int i = 0; i < values.length; i++) {
            machine.memory().store(address + 8L * i, AccessWidth.DOUBLEWORD, values[i]);
        }
    }

    int word(long address) {
        return (int) machine.memory().load(address, AccessWidth.WORD);
    }

    long doubleword(long address) {
        return machine.memory().load(address, AccessWidth.DOUBLEWORD);
    }

    /** event_channel_op with a structure of words at {@link #DATA}. */
    long event(int command, int... structure) {
        words(DATA, structure);
        return call(EVENT_CHANNEL_OP, command, DATA);
    }

    /** A port for the guest itself. */
    int ipi(int vcpu) {
        assertEquals(0, event(7, vcpu, 0));
        return word(DATA + 4);
    }

    /** Whether a port is in use. */
    int status(int port) {
        assertEquals(0, event(5, SELF, port, 0, 0, 0, 0));
        return word(DATA + 8);
    }

    /** Maps shared_info. */
    long sharedInfo(long address) {
        longs(DATA, SELF, 0, address >> 12);
        return call(MEMORY_OP, 7, DATA);
    }

    VcpuExit run(int vcpu, long instructions) {
        return vcpu(vcpu).run(RunBudget.instructions(instructions));
    }

    /** Turns stage 1 on: pages of 4 KiB below 1 GiB of addresses, RAM at its own address in a block of 1 GiB. */
    void translate() {
        longs(TABLES, TABLES + 0x1000 | 3, RAM | 0x701);
        longs(TABLES + 0x1000, TABLES + 0x2000 | 3);
        Vcpu boot = vcpu(0);
        boot.write(SystemRegister.MAIR_EL1, 0xFF);
        boot.write(SystemRegister.TCR_EL1, 25 | 3 << 12 | 1 << 8 | 1 << 10 | 1 << 23);
        boot.write(SystemRegister.TTBR0_EL1, TABLES);
        boot.write(SystemRegister.SCTLR_EL1, boot.read(SystemRegister.SCTLR_EL1) | 1);
    }

    /** Maps the page at an address below 2 MiB. */
    void map(long address, long page, boolean writable) {
        longs(TABLES + 0x2000 + (address >> 12) * 8, page | 0x703 | (writable ? 0 : 1 << 7));
    }
}
