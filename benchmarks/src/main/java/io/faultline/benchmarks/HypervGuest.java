/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import com.google.inject.AbstractModule;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.backend.hyperv.HypervBackends;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.register.Registers;
import io.faultline.backend.hyperv.synic.Controllers;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A machine of the {@code hyperv} backend, each vCPU with its pages. vCPU 0 sends to itself in a loop and takes what arrives; the
 * host can send to the last vCPU and take it by itself.
 */
final class HypervGuest {
    private static final long RAM = 0x4000_0000L;
    private static final long RAM_BYTES = 0x80_0000;
    private static final long CALL = RAM + 0x1000;
    private static final long LOOP = RAM + 0x2000;
    private static final long INPUT = RAM + 0x3000;
    private static final long VECTORS = RAM + 0x1_0000;
    private static final long PAGES = RAM + 0x10_0000;
    private static final int PAGE = 4096;
    private static final int SOURCE = 2;
    private static final int AREA = 256 * SOURCE;
    private static final int PPI = 18;
    private static final int PAYLOAD = 32;

    private static final int SINT0 = 0xA_0000;
    private static final int SCONTROL = 0xA_0010;
    private static final int SIEFP = 0xA_0012;
    private static final int SIMP = 0xA_0013;
    private static final int EOM = 0xA_0014;

    private static final int HVC = 0xD400_0002;
    private static final int NOP = 0xD503_201F;
    private static final int IRQ_OFFSET = 0x280;
    private static final int XZR = 31;
    private static final long FUNCTION = 0x4600_0001L;
    private static final int COUNT_REGISTER = 7;

    /** What vCPU 0 does in a loop. */
    enum Body {
        /** It signals and clears the flag. */
        SIGNAL,
        /** It posts a message and empties the slot. */
        POST,
        /** It posts, empties the slot and writes EOM, while as many messages as there are buffers for wait behind. */
        DRAIN,
        /** The loop of SIGNAL with NOP instead of the call. */
        NOP,
        /** It signals, and takes the interrupt and the flag in a handler. */
        SIGNAL_UPCALL,
        /** It posts, and takes the interrupt and the message in a handler. */
        POST_UPCALL
    }

    /** What the machine is made of. */
    private static final class Parts extends AbstractModule {
        @Inject
        private @Nullable Registers registers;

        @Inject
        private @Nullable Controllers controllers;

        @Inject
        private @Nullable Host host;

        @Override
        protected void configure() {
            requestInjection(this);
        }
    }

    private final Machine machine;
    private final Registers registers;
    private final Host host;
    private final SyntheticInterrupts synic;
    private final MessagePort port;
    private final Frame messages;
    private final Frame flags;
    private final RegisterValue zero = new RegisterValue();
    private final byte[] payload = new byte[PAYLOAD];
    private final int last;
    private final Body body;
    private final int instructions;

    /**
     * Builds a machine.
     *
     * @param vcpus number of vCPUs, 1 to 512
     * @param depth how many messages wait behind the slot of the last vCPU, 0 to 15
     * @param body what vCPU 0 does
     */
    HypervGuest(int vcpus, int depth, Body body) {
        this.body = body;
        last = vcpus - 1;
        Parts parts = new Parts();
        HypervBackendProvider provider = new HypervBackendProvider();
        machine = HypervBackends.open(BackendConfiguration.of(provider.descriptor(), Map.of()), parts)
                .plan(MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                        .build())
                .build();
        registers = Objects.requireNonNull(parts.registers);
        host = Objects.requireNonNull(parts.host);
        synic = machine.syntheticInterrupts().orElseThrow();
        set(0, 0x9_0002, 0x8100_0000_0000_0000L);
        for (int i = 0; i < vcpus; i++) {
            set(i, SIMP, PAGES + 2L * PAGE * i | 1);
            set(i, SIEFP, PAGES + 2L * PAGE * i + PAGE | 1);
            set(i, SINT0 + SOURCE, PPI);
            set(i, SCONTROL, 1);
        }
        Controllers controllers = Objects.requireNonNull(parts.controllers);
        messages = controllers.messages(last).frame();
        flags = controllers.flags(last).frame();
        port = synic.createMessagePort(1, last, SOURCE);
        for (int i = 0; i <= depth && depth > 0; i++) {
            post();
        }
        boolean isSignal = body == Body.SIGNAL || body == Body.NOP || body == Body.SIGNAL_UPCALL;
        if (isSignal) {
            synic.connect(1, synic.createEventPort(2, 0, SOURCE, 0, 64));
        } else {
            MessagePort own = last == 0 ? port : synic.createMessagePort(3, 0, SOURCE);
            synic.connect(1, own);
            for (int i = 0; body == Body.DRAIN && i < 15; i++) {
                own.post(1, payload);
            }
        }
        host.ram().store(INPUT, AccessWidth.DOUBLEWORD, 1);
        host.ram().store(INPUT + 8, AccessWidth.DOUBLEWORD, 1 | (long) PAYLOAD << 32);
        boolean hasHandler = body == Body.SIGNAL_UPCALL || body == Body.POST_UPCALL;
        instructions = hasHandler ? writeHandler(isSignal) : writeLoop(isSignal);
        begin(isSignal);
    }

    private void set(int vcpu, int name, long value) {
        RegisterValue wide = new RegisterValue();
        wide.set(value);
        int status = registers.write(vcpu, name, wide);
        if (status != 0) {
            throw new IllegalStateException("register " + Integer.toHexString(name) + ": " + status);
        }
    }

    private static int move(int to, int from) {
        return 0xAA00_03E0 | from << 16 | to;
    }

    private void words(long address, List<Integer> values) {
        for (int i = 0; i < values.size(); i++) {
            host.ram().store(address + 4L * i, AccessWidth.WORD, Integer.toUnsignedLong(values.get(i)));
        }
    }

    private int writeLoop(boolean isSignal) {
        List<Integer> code =
                new ArrayList<>(List.of(move(0, 19), move(1, 21), move(2, 22), body == Body.NOP ? NOP : HVC));
        // str xzr, [x20], or str wzr, [x20]
        code.add(isSignal ? 0xF900_029F : 0xB900_029F);
        if (body == Body.DRAIN) {
            code.addAll(List.of(move(0, 19), move(1, 23), move(2, 24), move(3, 25), move(4, 26)));
            code.addAll(List.of(move(5, XZR), move(6, XZR), HVC));
        }
        code.add(0x1400_0000 | -code.size() & 0x3FF_FFFF);
        words(LOOP, code);
        return code.size();
    }

    /** Returns how many instructions there are from one send to the next. */
    private int writeHandler(boolean isSignal) {
        words(LOOP, List.of(move(0, 19), move(1, 21), move(2, 22), HVC, 0x17FF_FFFC));
        List<Integer> handler = List.of(
                0xD538_CC08, // mrs x8, icc_iar1_el1
                isSignal ? 0xF8FF_8289 : 0xB8FF_8289, // swpal xzr, x9, [x20], or swpal wzr, w9, [x20]
                isSignal ? NOP : 0x3940_168A, // ldrb w10, [x20, #5]: whether more messages wait
                0x9100_04E7, // add x7, x7, #1
                0xD518_CC28, // msr icc_eoir1_el1, x8
                0xD69F_03E0); // eret
        words(VECTORS + IRQ_OFFSET, handler);
        host.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        host.gic().redistributorFrame(0).write(0x1_0080, AccessWidth.WORD, 0xFFFF_FFFFL);
        host.gic().redistributorFrame(0).write(0x1_0100, AccessWidth.WORD, 1L << PPI);
        Vcpu vcpu = machine.vcpus().get(0);
        vcpu.write(SystemRegister.VBAR_EL1, VECTORS);
        vcpu.write(SystemRegister.ICC_PMR_EL1, 0xFF);
        vcpu.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        vcpu.write(CoreRegister.PSTATE, vcpu.read(CoreRegister.PSTATE) & ~ProcessorState.I);
        return 5 + handler.size();
    }

    private void begin(boolean isSignal) {
        long[] values = {
            FUNCTION,
            isSignal ? PAGES + PAGE + AREA : PAGES + AREA,
            isSignal ? 0x1_005D : 0x5C,
            isSignal ? 1 : INPUT,
            0x1_0001_0051L,
            -1,
            0xFFFF_FFFEL,
            EOM
        };
        Vcpu vcpu = machine.vcpus().get(0);
        for (int i = 0; i < values.length; i++) {
            vcpu.write(CoreRegister.x(19 + i), values[i]);
        }
        vcpu.write(CoreRegister.x(COUNT_REGISTER), 0);
        vcpu.write(CoreRegister.PC, LOOP);
    }

    /** The host signals to the last vCPU. */
    void signal() {
        require(synic.signal(last, SOURCE, 0));
    }

    /** The host posts to the last vCPU. */
    void post() {
        require(port.post(1, payload));
    }

    private static void require(SynicStatus status) {
        if (status != SynicStatus.SUCCESS) {
            throw new IllegalStateException("not sent: " + status);
        }
    }

    /** The last vCPU clears its flag. */
    void clear() {
        flags.store64(AREA, 0);
    }

    /** The last vCPU empties its slot. */
    void empty() {
        messages.store32(AREA, 0);
    }

    /** The last vCPU writes EOM. */
    void endOfMessage() {
        if (registers.write(last, EOM, zero) != 0) {
            throw new IllegalStateException("no EOM");
        }
    }

    /** Whether a message is in the slot of the last vCPU, or its flag is set. */
    boolean hasArrived() {
        return messages.load32(AREA) != 0 || flags.load64(AREA) != 0;
    }

    /** The guest goes so many times through its loop, to the end of it. */
    void loop(int rounds) {
        VcpuExit exit = machine.vcpus().get(0).run(RunBudget.instructions((long) rounds * instructions));
        if (!(exit instanceof VcpuExit.BudgetExhausted)) {
            throw new IllegalStateException("the loop ends: " + exit);
        }
    }

    /** Checks that the loop does what it is for. */
    void requireLoop() {
        Vcpu vcpu = machine.vcpus().get(0);
        loop(100);
        if (vcpu.read(CoreRegister.PC) != LOOP) {
            throw new IllegalStateException("the loop is elsewhere");
        }
        if (body == Body.SIGNAL_UPCALL || body == Body.POST_UPCALL) {
            long handled = vcpu.read(CoreRegister.x(COUNT_REGISTER));
            if (handled != 100) {
                throw new IllegalStateException(handled + " of 100 interrupts were handled");
            }
        } else if (body != Body.NOP) {
            vcpu.run(RunBudget.instructions(4));
            long status = vcpu.read(CoreRegister.X0) & 0xFFFF;
            if (status != 0 || last == 0 && !hasArrived()) {
                throw new IllegalStateException("the loop sends nothing: status " + status);
            }
            vcpu.run(RunBudget.instructions(instructions - 4L));
        }
    }
}
