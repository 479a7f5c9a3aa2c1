/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.hwmodel.memory.GuestRam;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A machine, and where its guest keeps what. Structures that calls name by frame lie between pages that nothing names; what
 * calls name by address lies above all of them, so that whatever runs over its end runs away from them.
 */
final class FuzzMachine {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x18_0000;
    static final long CODE = RAM + 0x1000;
    static final long SPIN = CODE + 0x40;
    static final long POWER = CODE + 0x80;
    static final long VECTORS = RAM + 0x4000;
    static final long TABLES = RAM + 0x8000;
    /** Page 2n + 1 from here is for structures, page 2n is not. */
    static final long FRAMES = RAM + 0x2_0000;

    static final int FRAME_PAGES = 12;
    static final long HANDLES = RAM + 0x10_0000;

    private static final int PAGE = 4096;
    private static final byte[] UNTOUCHED = new byte[PAGE];

    static {
        Arrays.fill(UNTOUCHED, (byte) 0xA5);
    }

    private final HypervisorBackend backend;
    private final int vcpus;
    private final boolean translated;
    private final Insides.Source source;
    /** How many ports were valid when somebody looked last. */
    int validPorts;

    private Machine machine;
    private Insides insides;

    FuzzMachine(HypervisorBackend backend, int vcpus, boolean translated, Insides.Source source) {
        this.backend = backend;
        this.vcpus = vcpus;
        this.translated = translated;
        this.source = source;
        machine = build();
        insides = source.of(machine);
        for (int i = 0; i <= FRAME_PAGES; i++) {
            machine.memory().write(FRAMES + 2L * i * PAGE, UNTOUCHED);
        }
        writeCode();
        begin();
    }

    private Machine build() {
        return backend.plan(MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                        .build())
                .build();
    }

    private void writeCode() {
        word(CODE, 0xD400_0002 | 0xEA1 << 5);
        word(CODE + 4, 0xD503_201F);
        word(SPIN, 0x1400_0000);
        word(POWER, 0xD400_0002);
        word(VECTORS + 0x200, 0x1400_0000);
        longs(TABLES, TABLES + 0x1000 | 3, RAM | 0x701);
        longs(TABLES + 0x1000, TABLES + 0x2000 | 3);
        for (int page = 0; page < 16; page++) {
            // Unmapped, read-only, devices, holes and pages that are no neighbours.
            long to = switch (page) {
                case 0, 5 -> 0;
                case 6 -> 0x0900_0000L | 0x703;
                case 7 -> 0x2000_0000L | 0x703;
                case 8 -> HANDLES | 0x783;
                case 9 -> 0x3900_0000L | 0x703;
                default -> HANDLES + (long) PAGE * (page * 7 % 16) | 0x703;
            };
            longs(TABLES + 0x2000 + 8L * page, to);
        }
    }

    /** What firmware does after power-on. */
    void begin() {
        for (int i = 0; i < vcpus; i++) {
            prepare(i);
        }
    }

    void prepare(int index) {
        Vcpu vcpu = vcpu(index);
        vcpu.write(SystemRegister.VBAR_EL1, VECTORS);
        if (translated) {
            vcpu.write(SystemRegister.MAIR_EL1, 0xFF);
            vcpu.write(SystemRegister.TCR_EL1, 25 | 3 << 12 | 1 << 8 | 1 << 10 | 1 << 23);
            vcpu.write(SystemRegister.TTBR0_EL1, TABLES);
            vcpu.write(SystemRegister.SCTLR_EL1, vcpu.read(SystemRegister.SCTLR_EL1) | 1);
        }
    }

    Machine machine() {
        return machine;
    }

    Insides insides() {
        return insides;
    }

    int vcpus() {
        return vcpus;
    }

    Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    GuestRam ram() {
        return insides.host.ram();
    }

    /** The state goes on in a new machine; the old one is closed. Returns what is wrong, or null. */
    @Nullable
    String move() {
        SavedState saved = machine.save();
        byte[] before = saved.toBytes();
        Machine next = build();
        next.restore(SavedState.fromBytes(before));
        String difference = difference(saved, next.save());
        if (before.length > 2 * RAM_BYTES) {
            difference = "a saved state of " + before.length + " bytes";
        }
        machine.close();
        machine = next;
        insides = source.of(next);
        return difference;
    }

    private static @Nullable String difference(SavedState before, SavedState after) {
        for (Map.Entry<String, StateValue> entry : before.values().entrySet()) {
            StateValue now = after.values().get(entry.getKey());
            if (!entry.getValue().equals(now)) {
                String where = "";
                if (now instanceof StateValue.Bytes found && entry.getValue() instanceof StateValue.Bytes bytes) {
                    where = " from byte " + Arrays.mismatch(bytes.value(), found.value());
                }
                return "saved again, " + entry.getKey() + " is " + now + " and was " + entry.getValue() + where;
            }
        }
        return after.values().size() == before.values().size() ? null : "saved again, there is more";
    }

    /** Which page that nothing names has been written; -1 if none. */
    long touched() {
        GuestRam ram = ram();
        for (int i = 0; i <= FRAME_PAGES; i++) {
            long page = FRAMES + 2L * i * PAGE;
            if (!Arrays.equals(UNTOUCHED, ram.page(page).bytes())) {
                return page;
            }
        }
        return -1;
    }

    void word(long address, int value) {
        ram().store(address, AccessWidth.WORD, Integer.toUnsignedLong(value));
    }

    void longs(long address, long... values) {
        for (int i = 0; i < values.length; i++) {
            ram().store(address + 8L * i, AccessWidth.DOUBLEWORD, values[i]);
        }
    }

    int word(long address) {
        return (int) ram().load(address, AccessWidth.WORD);
    }

    /** Whether the guest has RAM here: a hole has none. */
    boolean isRam(long address) {
        return ram().contains(address, 8) && ram().isResident(address) && ram().isResident(address + 7);
    }

    /** Sets the registers for a call. */
    void registers(int index, long number, long... arguments) {
        Vcpu vcpu = vcpu(index);
        vcpu.write(CoreRegister.PC, CODE);
        vcpu.write(CoreRegister.x(16), number);
        for (int i = 0; i < arguments.length; i++) {
            vcpu.write(CoreRegister.x(i), arguments[i]);
        }
    }
}
