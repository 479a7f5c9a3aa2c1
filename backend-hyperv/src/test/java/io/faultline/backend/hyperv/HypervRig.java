/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.inject.Module;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A machine in the style of Hyper-V whose vCPUs execute hypercalls. */
public final class HypervRig {
    /** Where RAM begins. */
    public static final long RAM = 0x4000_0000L;
    /** How much there is. */
    public static final long RAM_BYTES = 0x40_0000;
    /** Parameters of calls from memory. */
    public static final long INPUT = RAM + 0x10_0000;
    /** Results of calls to memory. */
    public static final long OUTPUT = RAM + 0x10_1000;
    /** An address of the guest's own choice. */
    public static final long DATA = RAM + 0x20_0000;
    /** What a guest says it is. */
    public static final long GUEST_OS_ID = 0x8100_0006_0C75_0000L;

    static final long CODE = RAM + 0x1000;
    static final long LEGACY_CODE = RAM + 0x1100;
    static final long VECTORS = RAM + 0x4000;
    static final long FAST = 1L << 16;
    static final long ONE = 1L << 32;
    static final long SELF = -1;
    static final long SELF_VP = 0xFFFF_FFFEL;
    static final int GET = 0x50;
    static final int SET = 0x51;

    private static final int SLOT_BYTES = 256;
    private static final int FUNCTION = 0x4600_0001;
    private static final long CPU_ON = 0xC400_0003L;
    private static final int NOP = 0xD503201F;
    private static final int WFI = 0xD503207F;

    /** The backend. */
    public final HypervisorBackend backend;
    /** The machine. */
    public final Machine machine;

    /** Makes a machine. */
    public HypervRig(int vcpus) {
        this(vcpus, Map.of());
    }

    /** Makes a machine of a backend with settings. */
    public HypervRig(int vcpus, Map<String, String> settings, NotificationChannel... channels) {
        this(open(settings), vcpus, channels);
    }

    /** Makes a machine of a backend. */
    public HypervRig(HypervisorBackend backend, int vcpus, NotificationChannel... channels) {
        this(backend, vcpus, List.of(MemoryRegion.ram(RAM, RAM_BYTES)), channels);
    }

    /** Makes a machine of a backend with memory, of which the first is where guests are. */
    HypervRig(HypervisorBackend backend, int vcpus, List<MemoryRegion> memory, NotificationChannel... channels) {
        this.backend = backend;
        MachineRequest.Builder request = MachineRequest.builder().vcpus(vcpus);
        memory.forEach(request::memory);
        for (NotificationChannel channel : channels) {
            request.channel(channel);
        }
        machine = backend.plan(request.build()).build();
        words(CODE, hvc(0), NOP, WFI);
        words(LEGACY_CODE, hvc(1), NOP, WFI);
        vcpu(0).write(SystemRegister.VBAR_EL1, VECTORS);
        for (int i = 1; i < vcpus; i++) {
            turnOn(i);
        }
    }

    private void turnOn(int index) {
        Vcpu boot = vcpu(0);
        boot.write(CoreRegister.PC, CODE);
        boot.write(CoreRegister.X0, CPU_ON);
        boot.write(CoreRegister.x(1), affinity(index));
        boot.write(CoreRegister.x(2), CODE + 4);
        assertEquals(0, step(0, CODE));
    }

    private static long affinity(int index) {
        return index & 0xF | (long) (index >>> 4) << 8;
    }

    /** Opens a backend. */
    public static HypervisorBackend open(Map<String, String> settings, Module... overrides) {
        return HypervBackends.open(
                BackendConfiguration.of(new HypervBackendProvider().descriptor(), settings), overrides);
    }

    static int hvc(int immediate) {
        return 0xD400_0002 | immediate << 5;
    }

    /** A vCPU. */
    public Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    /** The guest says that it is Linux. */
    public HypervRig identified() {
        assertEquals(0, set(0, 0x9_0002, GUEST_OS_ID));
        return this;
    }

    long x(int register) {
        return vcpu(0).read(CoreRegister.x(register));
    }

    void x(int register, long value) {
        vcpu(0).write(CoreRegister.x(register), value);
    }

    /** Executes HVC #0 with a control word in X1 and parameters from X2 on. */
    public long call(int vcpu, long control, long... parameters) {
        prepare(vcpu, control, parameters);
        return step(vcpu, CODE);
    }

    void prepare(int vcpu, long control, long... parameters) {
        Vcpu caller = vcpu(vcpu);
        caller.write(CoreRegister.PC, CODE);
        caller.write(CoreRegister.X0, FUNCTION);
        caller.write(CoreRegister.x(1), control);
        for (int i = 0; i < parameters.length; i++) {
            caller.write(CoreRegister.x(2 + i), parameters[i]);
        }
    }

    /** Executes HVC #1 with a control word in X0 and parameters from X1 on. */
    long legacy(int vcpu, long control, long... parameters) {
        Vcpu caller = vcpu(vcpu);
        caller.write(CoreRegister.PC, LEGACY_CODE);
        caller.write(CoreRegister.X0, control);
        for (int i = 0; i < parameters.length; i++) {
            caller.write(CoreRegister.x(1 + i), parameters[i]);
        }
        return step(vcpu, LEGACY_CODE);
    }

    /** Executes until the instruction is behind. */
    private long step(int vcpu, long code) {
        for (int i = 0; i < 10_000; i++) {
            assertEquals(new VcpuExit.Stepped(), vcpu(vcpu).step());
            if (vcpu(vcpu).read(CoreRegister.PC) != code) {
                break;
            }
        }
        assertEquals(code + 4, vcpu(vcpu).read(CoreRegister.PC));
        return vcpu(vcpu).read(CoreRegister.X0);
    }

    /** Sets a register of the vCPU itself. */
    public int set(int vcpu, int name, long value) {
        return (int) call(vcpu, SET | FAST | ONE, SELF, SELF_VP, name, 0, value, 0) & 0xFFFF;
    }

    /** Status of getting a register of the vCPU itself. */
    public int tryGet(int vcpu, int name) {
        return (int) call(vcpu, GET | FAST | ONE, SELF, SELF_VP, name) & 0xFFFF;
    }

    /** Gets a register of the vCPU itself. */
    public long get(int vcpu, int name) {
        assertEquals(0, tryGet(vcpu, name));
        return vcpu(vcpu).read(CoreRegister.x(6));
    }

    /** Posts a message. */
    public int post(int vcpu, int connection, int type, byte... payload) {
        words(INPUT, connection, 0, type, payload.length);
        if (payload.length > 0 && payload.length <= 240) {
            machine.memory().write(INPUT + 16, payload);
        }
        return (int) call(vcpu, 0x5C, INPUT, 0) & 0xFFFF;
    }

    /** Signals an event. */
    public int signal(int vcpu, int connection, int flag) {
        return (int) call(vcpu, 0x5D | FAST, Integer.toUnsignedLong(connection) | (long) flag << 32) & 0xFFFF;
    }

    /** Turns SIMP, SIEFP, a source and the controller of a vCPU on, in the order of Linux. */
    public void synic(int vcpu, int source, int intid) {
        assertEquals(0, set(vcpu, 0xA_0013, simp(vcpu) | 1));
        assertEquals(0, set(vcpu, 0xA_0012, siefp(vcpu) | 1));
        assertEquals(0, set(vcpu, 0xA_0000 + source, intid));
        assertEquals(0, set(vcpu, 0xA_0010, 1));
    }

    /** Where {@link #synic} has the page of messages of a vCPU. */
    public static long simp(int vcpu) {
        return DATA + 0x2000L * vcpu;
    }

    /** Where {@link #synic} has the page of flags of a vCPU. */
    public static long siefp(int vcpu) {
        return simp(vcpu) + 0x1000;
    }

    /** Where a slot is. */
    public static long slot(int vcpu, int source) {
        return simp(vcpu) + (long) SLOT_BYTES * source;
    }

    /** Whether a private interrupt is pending, which it then is not. */
    public boolean takePending(int vcpu, int intid) {
        NotificationChannel.Ppi channel = null;
        for (NotificationChannel known : machine.notifications().orElseThrow().channels()) {
            if (known instanceof NotificationChannel.Ppi ppi && ppi.interrupt().number() == intid) {
                channel = ppi;
            }
        }
        return machine.notifications().orElseThrow().cancel(Objects.requireNonNull(channel), vcpu);
    }

    /** Writes 32-bit words. */
    public void words(long address, int... values) {
        for (int i = 0; i < values.length; i++) {
            machine.memory().store(address + 4L * i, AccessWidth.WORD, Integer.toUnsignedLong(values[i]));
        }
    }

    /** Writes 64-bit words. */
    public void longs(long address, long... values) {
        for (int i = 0; i < values.length; i++) {
            machine.memory().store(address + 8L * i, AccessWidth.DOUBLEWORD, values[i]);
        }
    }

    /** Reads a word as the guest finds it. */
    public int word(long address) {
        return (int) machine.memory().load(address, AccessWidth.WORD);
    }

    /** Reads a doubleword as the guest finds it. */
    public long doubleword(long address) {
        return machine.memory().load(address, AccessWidth.DOUBLEWORD);
    }

    VcpuExit run(int vcpu, long instructions) {
        return vcpu(vcpu).run(RunBudget.instructions(instructions));
    }
}
