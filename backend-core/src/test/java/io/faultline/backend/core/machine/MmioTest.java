/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.XZR;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.ldp;
import static io.faultline.backend.core.machine.A64.ldr;
import static io.faultline.backend.core.machine.A64.ldrW;
import static io.faultline.backend.core.machine.A64.ldrb;
import static io.faultline.backend.core.machine.A64.ldrsbW;
import static io.faultline.backend.core.machine.A64.ldrsbX;
import static io.faultline.backend.core.machine.A64.ldrshX;
import static io.faultline.backend.core.machine.A64.ldrsw;
import static io.faultline.backend.core.machine.A64.stp;
import static io.faultline.backend.core.machine.A64.str;
import static io.faultline.backend.core.machine.A64.strW;
import static io.faultline.backend.core.machine.A64.strb;
import static io.faultline.backend.core.machine.A64.strh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.machine.VcpuExit.MmioRead;
import io.faultline.api.machine.VcpuExit.MmioWrite;
import io.faultline.api.memory.MemoryRegion;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MmioTest {
    private static final long DEVICE = 0x0900_0018L;

    private static Rig atDevice(int... words) {
        return new Rig(1).start(words).set(1, DEVICE);
    }

    @Test
    void aLoadFromAnAddressWithoutMemoryStopsAndTakesTheAnswer() {
        Rig rig = atDevice(ldrW(0, 1), NOP);
        assertEquals(new MmioRead(DEVICE, AccessWidth.WORD), rig.run());
        rig.vcpu().completeMmioRead(0xFFFF_FFFF_1234_5678L);
        assertEquals(0x1234_5678L, rig.x(0));
        assertEquals(Rig.CODE + 4, rig.pc());
        assertEquals(1, rig.vcpu().retired());
        assertEquals(new VcpuExit.BudgetExhausted(1), rig.run(0, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "ldrb, 0xFF80, 0x80, BYTE",
        "ldrsbX, 0x80, -128, BYTE",
        "ldrsbW, 0x80, 0xFFFFFF80, BYTE",
        "ldrshX, 0x18000, -32768, HALFWORD",
        "ldrsw, 0x80000000, -2147483648, WORD",
        "ldr, -2, -2, DOUBLEWORD"
    })
    void theAnswerIsExtendedAsTheInstructionSays(String name, long answer, long result, AccessWidth width) {
        int word = switch (name) {
            case "ldrb" -> ldrb(0, 1);
            case "ldrsbX" -> ldrsbX(0, 1);
            case "ldrsbW" -> ldrsbW(0, 1);
            case "ldrshX" -> ldrshX(0, 1);
            case "ldrsw" -> ldrsw(0, 1);
            default -> ldr(0, 1);
        };
        Rig rig = atDevice(word).set(0, 0x5555_5555_5555_5555L);
        assertEquals(new MmioRead(DEVICE, width), rig.step());
        rig.vcpu().completeMmioRead(answer);
        assertEquals(result, rig.x(0));
    }

    @Test
    void aLoadIntoTheZeroRegisterTakesAnAnswerAndDropsIt() {
        Rig rig = atDevice(ldr(XZR, 1), NOP);
        assertEquals(new MmioRead(DEVICE, AccessWidth.DOUBLEWORD), rig.run());
        rig.vcpu().completeMmioRead(99);
        for (int i = 0; i < 31; i++) {
            assertEquals(i == 1 ? DEVICE : 0, rig.x(i));
        }
    }

    @Test
    void aStoreReportsItsValueZeroExtendedAndIsComplete() {
        Rig rig = atDevice(strb(2, 1), strh(2, 1), strW(2, 1), str(2, 1), str(XZR, 1), NOP)
                .set(2, 0x8877_6655_4433_2291L);
        assertEquals(new MmioWrite(DEVICE, AccessWidth.BYTE, 0x91), rig.run());
        assertEquals(Rig.CODE + 4, rig.pc());
        assertEquals(new MmioWrite(DEVICE, AccessWidth.HALFWORD, 0x2291), rig.step());
        assertEquals(new MmioWrite(DEVICE, AccessWidth.WORD, 0x4433_2291L), rig.run());
        assertEquals(new MmioWrite(DEVICE, AccessWidth.DOUBLEWORD, 0x8877_6655_4433_2291L), rig.run());
        assertEquals(new MmioWrite(DEVICE, AccessWidth.DOUBLEWORD, 0), rig.run());
        assertEquals(5, rig.vcpu().retired());
    }

    @Test
    void withoutItsAnswerAVcpuNeitherRunsNorStepsNorIsSaved() {
        Rig rig = atDevice(ldr(0, 1), NOP);
        rig.run();
        for (var attempt :
                List.<org.junit.jupiter.api.function.Executable>of(rig::run, rig::step, () -> rig.machine.save())) {
            HypervisorException refused = assertThrows(HypervisorException.class, attempt);
            assertEquals(ErrorId.ILLEGAL_STATE, refused.id());
            assertTrue(refused.getMessage().contains("completeMmioRead"), refused.getMessage());
        }
        assertEquals(1, rig.vcpu().retired());
    }

    @Test
    void anAnswerThatNobodyAskedForIsRefused() {
        Rig rig = atDevice(ldr(0, 1), NOP);
        assertEquals(
                ErrorId.ILLEGAL_STATE,
                assertThrows(HypervisorException.class, () -> rig.vcpu().completeMmioRead(0))
                        .id());
        rig.run();
        rig.vcpu().completeMmioRead(1);
        assertThrows(HypervisorException.class, () -> rig.vcpu().completeMmioRead(2));
        assertEquals(1, rig.x(0));
    }

    @Test
    void aResetForgetsTheQuestion() {
        Rig rig = atDevice(ldr(0, 1), NOP);
        rig.run();
        rig.vcpu().reset();
        rig.start(NOP);
        assertEquals(new VcpuExit.Stepped(), rig.step());
    }

    @ParameterizedTest
    @CsvSource({"ldp, READ", "stp, WRITE"})
    void anAccessThatTheSyndromeCannotDescribeIsAnExternalAbort(String name, String kind) {
        Rig rig = atDevice(name.equals("ldp") ? ldp(2, 3, 1) : stp(2, 3, 1), NOP);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        rig.code(Rig.VECTORS + 0x200, b(0));
        assertEquals(new VcpuExit.Stepped(), rig.step());
        assertEquals(Rig.VECTORS + 0x200, rig.pc());
        assertEquals(Rig.CODE, rig.vcpu().read(SystemRegister.ELR_EL1));
        assertEquals(DEVICE, rig.vcpu().read(SystemRegister.FAR_EL1));
        Syndrome syndrome = new Syndrome(rig.vcpu().read(SystemRegister.ESR_EL1));
        assertEquals(ExceptionClass.DATA_ABORT_SAME, syndrome.exceptionClass().orElseThrow());
        assertEquals(FaultStatus.EXTERNAL, syndrome.faultStatus());
        assertEquals(kind.equals("WRITE"), syndrome.isWrite());
        assertEquals(DEVICE, rig.x(1));
        assertEquals(1, rig.machine.counters().get("aborts.injected"));
    }

    /** Post-index and pre-index, loads and stores, sign extension: ISV is zero, the instruction tells. */
    @ParameterizedTest
    @CsvSource({
        "ldr x2 [x1] 8,      F8408422, 0, DOUBLEWORD, 8,  8877665544332211, 8877665544332211",
        "ldr w2 [x1 -4]!,    B85FCC22, -4, WORD,      -4, 8877665544332211, 44332211",
        "ldrsb w2 [x1] 1,    38C01422, 0, BYTE,       1,  F1,               FFFFFFF1",
        "ldrsh x2 [x1 2]!,   78802C22, 2, HALFWORD,   2,  F122,             FFFFFFFFFFFFF122",
    })
    void aLoadThatMovesItsBaseIsTakenFromTheInstruction(
            String name, String word, int offset, AccessWidth width, int moved, String answer, String result) {
        Rig rig = atDevice(Integer.parseUnsignedInt(word, 16), NOP);
        assertEquals(new MmioRead(DEVICE + offset, width), rig.run(), name);
        assertEquals(DEVICE + moved, rig.x(1));
        rig.vcpu().completeMmioRead(Long.parseUnsignedLong(answer, 16));
        assertEquals(result, Long.toHexString(rig.x(2)).toUpperCase(Locale.ROOT));
    }

    @Test
    void aStoreThatMovesTheStackPointerIsTakenFromTheInstruction() {
        for (int pstate : new int[] {0x3C5, 0x3C4}) {
            Rig rig = atDevice(0xB8010FE3, NOP); // str w3, [sp, #16]!
            rig.vcpu().write(CoreRegister.PSTATE, pstate);
            CoreRegister pointer = pstate == 0x3C5 ? CoreRegister.SP_EL1 : CoreRegister.SP_EL0;
            rig.vcpu().write(pointer, DEVICE - 8);
            rig.vcpu().write(CoreRegister.X3, 0x1_2345_6789L);
            assertEquals(new MmioWrite(DEVICE + 8, AccessWidth.WORD, 0x2345_6789L), rig.run());
            assertEquals(DEVICE + 8, rig.vcpu().read(pointer));
        }
    }

    @Test
    void aRefusedAccessLeavesItsBaseAsItWas() {
        Rig rig = atDevice(0xF8408422, NOP); // ldr x2, [x1], #8
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        rig.run();
        rig.vcpu().refuseMmio();
        assertEquals(DEVICE, rig.x(1));
        assertEquals(Rig.CODE, rig.vcpu().read(SystemRegister.ELR_EL1));
        assertEquals(Rig.VECTORS + 0x200, rig.pc());
    }

    @Test
    void anAccessFromEl0IsReportedInTheSameWay() {
        Rig rig = atDevice(ldrW(0, 1), NOP);
        rig.vcpu().write(CoreRegister.PSTATE, 0);
        assertEquals(new MmioRead(DEVICE, AccessWidth.WORD), rig.run());
        Rig pair = atDevice(ldp(2, 3, 1), NOP);
        pair.vcpu().write(CoreRegister.PSTATE, 0);
        pair.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        pair.step();
        assertEquals(Rig.VECTORS + 0x400, pair.pc());
        assertEquals(
                ExceptionClass.DATA_ABORT_LOWER,
                new Syndrome(pair.vcpu().read(SystemRegister.ESR_EL1))
                        .exceptionClass()
                        .orElseThrow());
    }

    @Test
    void aStoreToReadOnlyMemoryGoesToTheVmmAndALoadDoesNot() {
        long rom = 0x1000_0000L;
        Rig rig = new Rig(
                List.of(),
                builder -> builder.memory(MemoryRegion.ram(Rig.RAM, Rig.RAM_BYTES))
                        .memory(new MemoryRegion(rom, 0x2000, false)));
        rig.machine.memory().store(rom + 8, AccessWidth.DOUBLEWORD, 42);
        rig.start(ldr(0, 1), str(2, 1), NOP).set(1, rom + 8).set(2, 7);
        assertEquals(new MmioWrite(rom + 8, AccessWidth.DOUBLEWORD, 7), rig.run());
        assertEquals(42, rig.x(0));
        assertEquals(42, rig.machine.memory().load(rom + 8, AccessWidth.DOUBLEWORD));
        rig.machine.reset();
        rig.start(str(2, 1)).set(1, rom + 0x1000).set(2, 7);
        assertEquals(new MmioWrite(rom + 0x1000, AccessWidth.DOUBLEWORD, 7), rig.run());
    }
}
