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
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.hwmodel.memory.GuestRam;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A machine of the {@code xen} backend with many ports, each vCPU with a vcpu_info and, in the FIFO ABI, a control block. vCPU 0
 * sends to the last port in a loop and takes the event away again; the host can do the same by itself.
 */
final class XenGuest {
    private static final int SELF = 0x7FF0;
    private static final long RAM = 0x4000_0000L;
    private static final long RAM_BYTES = 0x40_0000;
    private static final long CALL = RAM + 0x1000;
    private static final long LOOP = RAM + 0x2000;
    private static final long TABLES = RAM + 0x8000;
    private static final long STRUCT = RAM + 0xC000;
    private static final long SHARED = RAM + 0xD000;
    private static final long VECTORS = RAM + 0x1_0000;
    private static final long ARRAY = RAM + 0x10_0000;
    /** The vcpu_infos, some of which share a page. */
    private static final long INFOS = RAM + 0x18_0000;

    private static final long BLOCKS = RAM + 0x20_0000;
    /** Where the structure is, if stage 1 is on. */
    private static final long VIRTUAL_STRUCT = 0x3000;

    private static final int PAGE = 4096;
    private static final int INFO_STRIDE = 64;
    private static final int PPI = 31;
    private static final int GROUPS = 0x1_0080;
    private static final int ENABLES = 0x1_0100;
    private static final int HVC = 0xD400_0002 | 0xEA1 << 5;
    private static final int NOP = 0xD503_201F;
    private static final int IRQ_OFFSET = 0x280;
    private static final int QUEUE = 7;
    private static final int COUNT_REGISTER = 6;

    /** What vCPU 0 does in a loop. */
    enum Body {
        /** It sends to the last vCPU, and takes the event away in that one's place. */
        SEND,
        /** The same with NOP instead of the call. */
        NOP,
        /** It sends to itself, and takes the interrupt and the event in a handler. */
        UPCALL
    }

    /** What the machine is made of. */
    private static final class Parts extends AbstractModule {
        @Inject
        private @Nullable EventChannels channels;

        @Inject
        private @Nullable Host host;

        @Override
        protected void configure() {
            requestInjection(this);
        }
    }

    private final Machine machine;
    private final EventChannels channels;
    private final GuestRam ram;
    private final int port;
    private final long pending;
    private final long second;
    private final long info;
    private final AccessWidth width;
    private final Body body;
    private final int instructions;

    /**
     * Builds a machine.
     *
     * @param vcpus number of vCPUs, 1 to 512
     * @param fifo which ABI
     * @param ports number of ports in use, at least 3
     * @param translated whether stage 1 is on
     * @param body what vCPU 0 does
     */
    XenGuest(int vcpus, boolean fifo, int ports, boolean translated, Body body) {
        this.body = body;
        int told = body == Body.UPCALL ? 0 : vcpus - 1;
        Parts parts = new Parts();
        XenBackendProvider provider = new XenBackendProvider();
        machine = XenBackends.open(
                        BackendConfiguration.of(
                                provider.descriptor(),
                                Map.of("xen.max-ports", Integer.toString(ports), "xen.vcpu-limit", "512")),
                        parts)
                .plan(MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                        .build())
                .build();
        channels = Objects.requireNonNull(parts.channels);
        Host host = Objects.requireNonNull(parts.host);
        ram = host.ram();
        words(CALL, HVC, NOP);
        longs(STRUCT, SELF, 0, SHARED >> 12);
        call(12, 7, STRUCT, 0);
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            long place = INFOS + (long) INFO_STRIDE * vcpu;
            longs(STRUCT, place >> 12, place & PAGE - 1);
            call(24, 10, vcpu, STRUCT);
            // What registering leaves.
            longs(place, 0, 0);
        }
        if (fifo) {
            for (int vcpu = 0; vcpu < vcpus; vcpu++) {
                longs(STRUCT, (BLOCKS >> 12) + vcpu, (long) vcpu << 32);
                call(32, 11, STRUCT, 0);
            }
            for (int page = 0; page <= ports / 1024; page++) {
                longs(STRUCT, (ARRAY >> 12) + page);
                call(32, 12, STRUCT, 0);
            }
        }
        // The toolstack has made ports 1 and 2.
        for (int i = 3; i <= ports; i++) {
            words(STRUCT, i == ports ? told : i % vcpus, 0);
            call(32, 7, STRUCT, 0);
        }
        port = (int) ram.load(STRUCT + 4, AccessWidth.WORD);
        if (port != ports) {
            throw new IllegalStateException("the last port is " + port);
        }
        width = fifo ? AccessWidth.WORD : AccessWidth.DOUBLEWORD;
        pending = fifo ? ARRAY + 4L * port : SHARED + 0x30 + port / 64 * 8;
        info = INFOS + (long) INFO_STRIDE * told;
        second = fifo ? BLOCKS + (long) PAGE * told : info + 8;
        physicalShared = host.stage2().physical(SHARED);
        words(STRUCT, port);
        take();
        if (body == Body.UPCALL) {
            instructions = writeHandler(host, fifo);
        } else {
            instructions = 6;
            words(
                    LOOP,
                    0xD280_0080, // mov x0, #4
                    body == Body.SEND ? HVC : NOP,
                    fifo ? 0xB900_027F : 0xF900_027F, // str xzr, [x19]
                    fifo ? 0xB900_029F : 0xF900_029F, // str xzr, [x20]
                    0x3900_02BF, // strb wzr, [x21]
                    0x17FF_FFFB); // b
        }
        begin(translated, fifo);
    }

    private final long physicalShared;

    /** Returns how many instructions there are from one send to the next. */
    private int writeHandler(Host host, boolean fifo) {
        words(LOOP, 0xD280_0080, HVC, 0x17FF_FFFE);
        int swap = fifo ? 0xB8E0_8000 : 0xF8E0_8000;
        int[] handler = {
            0xD538_CC02, // mrs x2, icc_iar1_el1
            0x3900_02BF, // strb wzr, [x21]
            swap | 31 << 16 | 20 << 5 | 3, // swpal xzr, x3, [x20]: which queues, or which words of bits
            fifo ? 0xB940_02C5 : NOP, // ldr w5, [x22]: where the queue begins
            swap | 31 << 16 | 19 << 5 | 4, // swpal xzr, x4, [x19]: the event
            0x9100_04C6, // add x6, x6, #1
            0xD518_CC22, // msr icc_eoir1_el1, x2
            0xD69F_03E0, // eret
        };
        words(VECTORS + IRQ_OFFSET, handler);
        host.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        host.gic().redistributorFrame(0).write(GROUPS, AccessWidth.WORD, 0xFFFF_FFFFL);
        host.gic().redistributorFrame(0).write(ENABLES, AccessWidth.WORD, 1L << PPI);
        Vcpu vcpu = machine.vcpus().get(0);
        vcpu.write(SystemRegister.VBAR_EL1, VECTORS);
        vcpu.write(SystemRegister.ICC_PMR_EL1, 0xFF);
        vcpu.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        vcpu.write(CoreRegister.PSTATE, vcpu.read(CoreRegister.PSTATE) & ~ProcessorState.I);
        return 3 + handler.length;
    }

    private void begin(boolean translated, boolean fifo) {
        Vcpu vcpu = machine.vcpus().get(0);
        vcpu.write(CoreRegister.PC, LOOP);
        vcpu.write(CoreRegister.x(16), 32);
        vcpu.write(CoreRegister.x(1), translated ? VIRTUAL_STRUCT : STRUCT);
        vcpu.write(CoreRegister.x(19), pending);
        vcpu.write(CoreRegister.x(20), second);
        vcpu.write(CoreRegister.x(21), info);
        vcpu.write(CoreRegister.x(22), fifo ? second + 8 + 4 * QUEUE : 0);
        vcpu.write(CoreRegister.x(COUNT_REGISTER), 0);
        if (translated) {
            longs(TABLES, TABLES + 0x1000 | 3, RAM | 0x701);
            longs(TABLES + 0x1000, TABLES + 0x2000 | 3);
            longs(TABLES + 0x2000 + (VIRTUAL_STRUCT >> 12) * 8, STRUCT | 0x703);
            vcpu.write(SystemRegister.MAIR_EL1, 0xFF);
            vcpu.write(SystemRegister.TCR_EL1, 25 | 3 << 12 | 1 << 8 | 1 << 10 | 1 << 23);
            vcpu.write(SystemRegister.TTBR0_EL1, TABLES);
            vcpu.write(SystemRegister.SCTLR_EL1, vcpu.read(SystemRegister.SCTLR_EL1) | 1);
        }
    }

    private void words(long address, int... values) {
        for (int i = 0; i < values.length; i++) {
            ram.store(address + 4L * i, AccessWidth.WORD, Integer.toUnsignedLong(values[i]));
        }
    }

    private void longs(long address, long... values) {
        for (int i = 0; i < values.length; i++) {
            ram.store(address + 8L * i, AccessWidth.DOUBLEWORD, values[i]);
        }
    }

    private void call(long number, long... arguments) {
        Vcpu vcpu = machine.vcpus().get(0);
        vcpu.write(CoreRegister.PC, CALL);
        vcpu.write(CoreRegister.x(16), number);
        for (int i = 0; i < arguments.length; i++) {
            vcpu.write(CoreRegister.x(i), arguments[i]);
        }
        vcpu.step();
        if (vcpu.read(CoreRegister.X0) != 0) {
            throw new IllegalStateException(
                    "call " + number + " " + arguments[0] + " returns " + vcpu.read(CoreRegister.X0));
        }
    }

    /** The host sends. */
    void send() {
        if (channels.send(port) != 0) {
            throw new IllegalStateException("not sent");
        }
    }

    /** The host takes away what the loop of the guest takes away. */
    void take() {
        ram.store(
                pending >= SHARED && pending < SHARED + PAGE ? physicalShared + (pending - SHARED) : pending, width, 0);
        ram.store(second, width, 0);
        ram.store(info, AccessWidth.BYTE, 0);
    }

    /** Whether an event has arrived at the last vCPU. */
    boolean hasArrived() {
        return ram.load(info, AccessWidth.BYTE) != 0;
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
        if (body == Body.UPCALL) {
            loop(100);
            long handled = vcpu.read(CoreRegister.x(COUNT_REGISTER));
            if (handled != 100 || vcpu.read(CoreRegister.PC) != LOOP) {
                throw new IllegalStateException(handled + " of 100 events were handled");
            }
            return;
        }
        loop(1);
        vcpu.run(RunBudget.instructions(2));
        boolean calls = body == Body.SEND;
        if (hasArrived() != calls || calls && vcpu.read(CoreRegister.X0) != 0) {
            throw new IllegalStateException("the loop sends nothing: x0 is " + vcpu.read(CoreRegister.X0));
        }
        vcpu.run(RunBudget.instructions(instructions - 2L));
    }
}
