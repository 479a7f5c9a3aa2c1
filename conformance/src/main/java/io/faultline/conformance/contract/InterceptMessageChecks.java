/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import static io.faultline.conformance.contract.InterceptScene.PAGE;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Memory intercepts: what messages say, and what a VMM can do with that.
 *
 * @since 0.1
 */
public final class InterceptMessageChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: intercept messages",
            Check.of("API-054", InterceptMessageChecks::aMessageIsACopy),
            Check.of("API-055", InterceptMessageChecks::everyFieldIsInItsPlace).cut(),
            Check.of("API-056", InterceptMessageChecks::theVmmCarriesAccessesOut)
                    .cut(),
            Check.of("API-057", InterceptMessageChecks::aTableWalkHasNoTranslation),
            Check.of("API-062", InterceptMessageChecks::aTableWalkReads));

    private static final long TABLE1 = GuestLayout.dataPage(400);
    private static final long TABLE2 = GuestLayout.dataPage(401);
    private static final long TABLE_ENTRY = 3;
    /** A block of normal memory that has been accessed, inner shareable. */
    private static final long BLOCK = 1L << 10 | 3L << 8 | 1;

    private static final long NORMAL_MEMORY = 0xFF;
    /** 39-bit addresses from TTBR0, cacheable walks, nothing from TTBR1, 36-bit physical addresses. */
    private static final long CONTROL = 25 | 1L << 8 | 1L << 10 | 3L << 12 | 25L << 16 | 1L << 23 | 2L << 30 | 1L << 32;

    private static final long ALIAS = 0x4000_0000L;
    private static final int BLOCK_SHIFT = 21;
    private static final int INSTRUCTION_LENGTH = 1 << 25;

    private InterceptMessageChecks() {}

    /** RAM at its own addresses, and once more {@link #ALIAS} above, by two tables. */
    private static void translate(InterceptScene scene, SteppingGuestCpu cpu) {
        long ram = GuestLayout.RAM.base();
        scene.memory().store(TABLE1 + 8, AccessWidth.DOUBLEWORD, ram | BLOCK);
        scene.memory().store(TABLE1 + 16, AccessWidth.DOUBLEWORD, TABLE2 | TABLE_ENTRY);
        for (int i = 0; i < 2; i++) {
            long block = ram + ((long) i << BLOCK_SHIFT);
            scene.memory().store(TABLE2 + 8L * i, AccessWidth.DOUBLEWORD, block | BLOCK);
        }
        cpu.msr(SystemRegister.MAIR_EL1, NORMAL_MEMORY);
        cpu.msr(SystemRegister.TCR_EL1, CONTROL);
        cpu.msr(SystemRegister.TTBR0_EL1, TABLE1);
        s(cpu).expectRetired("ISB", cpu.execute(A64.ISB));
        cpu.msr(SystemRegister.SCTLR_EL1, cpu.mrs(SystemRegister.SCTLR_EL1) | 1);
        s(cpu).expectRetired("ISB", cpu.execute(A64.ISB));
    }

    private static Scenario s(SteppingGuestCpu cpu) {
        return cpu.rig().scenario();
    }

    private static void aMessageIsACopy(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.forbid(AccessKind.READ);
        scene.expectForbidden("of a page that must not be read", cpu, AccessKind.READ);
        byte[] message = scene.intercepts().message(0);
        s.expectEqual("bytes of a message", MemoryIntercepts.MESSAGE_BYTES, message.length);
        byte[] kept = message.clone();
        Arrays.fill(message, (byte) 0x5A);
        s.expectThat("the message is the same after the VMM wrote to its copy", scene.hasMessage(0, kept));
        long pc = cpu.pc();
        cpu.x(1, 0);
        cpu.write(CoreRegister.PC, pc + 64);
        scene.memory().store(pc, AccessWidth.WORD, A64.NOP);
        scene.allowAll();
        s.expectThat("the message is the same after the VMM changed what it is about", scene.hasMessage(0, kept));
        cpu.write(CoreRegister.PC, pc);
        s.expectRetired("the instruction that the VMM put in the place of the access", scene.resume(cpu));
    }

    private static void everyFieldIsInItsPlace(Scenario s) {
        int vcpus = Math.min(2, s.capability(Capabilities.VCPUS));
        InterceptScene scene = InterceptScene.on(s, vcpus);
        SteppingGuestCpu cpu = scene.rig().cpu(vcpus - 1);
        translate(scene, cpu);
        scene.intercepts().permit(PAGE, InterceptScene.NONE);
        for (AccessKind kind : AccessKind.values()) {
            atAlias(scene, cpu, kind, 0x128);
            int instruction = kind == AccessKind.EXECUTE ? A64.NOP : encoding(kind);
            scene.expectIntercept(
                    "the access " + kind + " by a virtual address",
                    cpu,
                    kind == AccessKind.EXECUTE ? cpu.resume() : cpu.execute(instruction),
                    MemoryIntercepts.GPA_INTERCEPT,
                    kind,
                    gpa(kind, 0x128));
            InterceptMessage message = scene.message(cpu.index());
            expectHeader(s, cpu, message, kind, instruction);
            s.expectEqual("exception level of the access " + kind, 1, message.level());
            s.expectEqual("virtual address of the access " + kind, gpa(kind, 0x128) + ALIAS, message.gva());
            s.expectEqual("guest-physical address of the access " + kind, gpa(kind, 0x128), message.gpa());
            expectSyndrome(s, kind, message.syndrome());
            scene.intercepts().resume(cpu.index());
        }
        theMessageSaysThatTheGuestWasAtEl0(s);
    }

    private static long gpa(AccessKind kind, int offset) {
        return kind == AccessKind.EXECUTE ? InterceptScene.CODE : PAGE + offset;
    }

    private static int encoding(AccessKind kind) {
        return kind == AccessKind.READ ? A64.ldr(AccessWidth.WORD, 9, 1, 0) : A64.str(AccessWidth.WORD, 9, 1, 0);
    }

    private static void atAlias(InterceptScene scene, SteppingGuestCpu cpu, AccessKind kind, int offset) {
        scene.prepare(cpu, kind);
        if (kind == AccessKind.EXECUTE) {
            cpu.write(CoreRegister.PC, InterceptScene.CODE + ALIAS);
        } else {
            cpu.x(1, PAGE + ALIAS + offset);
        }
    }

    private static void expectHeader(
            Scenario s, SteppingGuestCpu cpu, InterceptMessage message, AccessKind kind, int instruction) {
        String of = " in the message of the access " + kind;
        s.expectEqual("type" + of, MemoryIntercepts.GPA_INTERCEPT, message.type());
        s.expectEqual("payload size" + of, InterceptMessage.SIZE, message.size());
        s.expectEqual("vCPU" + of, cpu.index(), message.vcpu());
        s.expectEqual("instruction length" + of, 4, message.instructionLength());
        s.expectEqual("access" + of, InterceptScene.code(kind), message.access());
        s.expectEqual("PC" + of, cpu.pc(), message.pc());
        s.expectEqual("status" + of, cpu.read(CoreRegister.PSTATE), message.cpsr());
        s.expectOneOf("cache type" + of, message.cacheType(), 0, 1, 4, 5, 6);
        s.expectOneOf("number of instruction bytes" + of, message.instructionBytes(), 0, 4);
        if (message.instructionBytes() != 0) {
            s.expectEqual("instruction" + of, instruction, message.instruction());
        }
        s.expectThat("the virtual address is valid" + of, message.isAddressValid());
        s.expectThat("its translation is valid" + of, message.isTranslationValid());
        s.expectThat("no output of a hypercall is to be written" + of, !message.isOutputPending());
        s.expectEqual("what has to be zero" + of, 0, message.padding());
    }

    private static void expectSyndrome(Scenario s, AccessKind kind, Syndrome syndrome) {
        String of = " of the syndrome of the access " + kind;
        ExceptionClass expected =
                kind == AccessKind.EXECUTE ? ExceptionClass.INSTRUCTION_ABORT_LOWER : ExceptionClass.DATA_ABORT_LOWER;
        s.expectEqual("exception class" + of, expected.code(), syndrome.classCode());
        s.expectEqual("IL" + of, INSTRUCTION_LENGTH, syndrome.esr() & INSTRUCTION_LENGTH);
        if (kind == AccessKind.EXECUTE) {
            return;
        }
        s.expectThat("ISV" + of, syndrome.hasAccessDetails());
        s.expectEqual("SAS" + of, AccessWidth.WORD, syndrome.accessWidth());
        s.expectEqual("SRT" + of, 9, syndrome.transferRegister());
        s.expectThat("SF, which is 0," + of, !syndrome.isSixtyFourBit());
        s.expectThat("SSE, which is 0," + of, !syndrome.isSignExtended());
        s.expectThat("WnR" + of, syndrome.isWrite() == (kind == AccessKind.WRITE));
    }

    private static void theMessageSaysThatTheGuestWasAtEl0(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        scene.forbid(AccessKind.READ);
        cpu.enterEl0();
        cpu.x(1, PAGE);
        scene.expectIntercept(
                "a load at EL0",
                cpu,
                cpu.load(AccessWidth.DOUBLEWORD, 0, 1),
                MemoryIntercepts.GPA_INTERCEPT,
                AccessKind.READ,
                PAGE);
        s.expectEqual("exception level of a load at EL0", 0, scene.message(0).level());
        s.expectEqual(
                "status of a load at EL0",
                cpu.read(CoreRegister.PSTATE),
                scene.message(0).cpsr());
        s.expectEqual("PC of a load at EL0", cpu.pc(), scene.message(0).pc());
    }

    /** The same accesses by a guest that may make them, and by a VMM that reads nothing but messages. */
    private static void theVmmCarriesAccessesOut(Scenario s) {
        InterceptScene plain = InterceptScene.booted(s);
        InterceptScene emulated = InterceptScene.on(s);
        emulated.intercepts().permit(PAGE, InterceptScene.NONE);
        accesses().forEach((name, instruction) -> {
            RegisterFile expected = execute(plain, instruction);
            s.expectRetired(name + " by the guest", plain.cpu().noOperation());
            execute(emulated, instruction);
            s.expectThat(
                    "the vCPU is suspended by " + name, emulated.intercepts().isSuspended(0));
            emulate(s, name, emulated);
            emulated.intercepts().resume(0);
            s.expectEqual(
                    "registers after " + name + " that the VMM carried out",
                    expected,
                    emulated.cpu().registers());
            s.expectRetired("the instruction behind " + name, emulated.cpu().noOperation());
            s.expectEqual(
                    "registers behind " + name,
                    plain.cpu().registers(),
                    emulated.cpu().registers());
            s.expectThat("memory after " + name + " is the same", Arrays.equals(plain.page(), emulated.page()));
        });
    }

    private static RegisterFile execute(InterceptScene scene, int instruction) {
        SteppingGuestCpu cpu = scene.cpu();
        cpu.write(CoreRegister.PC, cpu.layout().el1());
        scene.fillPage();
        cpu.fillRegisters(3);
        cpu.x(1, PAGE);
        cpu.execute(instruction);
        return cpu.registers();
    }

    private static void emulate(Scenario s, String name, InterceptScene scene) {
        SteppingGuestCpu cpu = scene.cpu();
        InterceptMessage message = scene.message(0);
        Syndrome syndrome = message.syndrome();
        s.expectThat("ISV of the syndrome of " + name, syndrome.hasAccessDetails());
        int target = syndrome.transferRegister();
        AccessWidth width = syndrome.accessWidth();
        boolean isZero = target == 31;
        if (syndrome.isWrite()) {
            scene.memory().store(message.gpa(), width, isZero ? 0 : low(cpu.x(target), width));
        } else if (!isZero) {
            long value = scene.memory().load(message.gpa(), width);
            int unused = Long.SIZE - 8 * width.bytes();
            long extended = syndrome.isSignExtended() ? value << unused >> unused : value;
            cpu.x(target, syndrome.isSixtyFourBit() ? extended : extended & 0xFFFF_FFFFL);
        }
        s.expectThat(
                "the VMM's own accesses go on while the page is forbidden to the guest",
                scene.intercepts().isSuspended(0));
        cpu.write(CoreRegister.PC, message.pc() + message.instructionLength());
    }

    private static long low(long value, AccessWidth width) {
        return width == AccessWidth.DOUBLEWORD ? value : value & (1L << 8 * width.bytes()) - 1;
    }

    private static Map<String, Integer> accesses() {
        Map<String, Integer> accesses = new LinkedHashMap<>();
        for (AccessWidth width : AccessWidth.values()) {
            String bits = " of " + 8 * width.bytes() + " bits";
            accesses.put("a load" + bits, A64.ldr(width, 5, 1, 3 * width.bytes()));
            accesses.put("a load of the data" + bits, A64.ldr(width, 30, 1, 0));
            accesses.put("a load" + bits + " that is thrown away", A64.ldr(width, 31, 1, 0));
            accesses.put("a store" + bits, A64.str(width, 6, 1, 2 * width.bytes()));
            accesses.put("a store of zero" + bits, A64.str(width, 31, 1, 0));
        }
        accesses.put("LDRSB of 64 bits", 0x3980_0027);
        accesses.put("LDRSB of 32 bits", 0x39C0_0027);
        accesses.put("LDRSH of 64 bits", 0x7980_0027);
        accesses.put("LDRSH of 32 bits", 0x79C0_0027);
        accesses.put("LDRSW", 0xB980_0027);
        return accesses;
    }

    private static void aTableWalkHasNoTranslation(Scenario s) {
        InterceptScene scene = InterceptScene.on(s);
        SteppingGuestCpu cpu = scene.cpu();
        translate(scene, cpu);
        scene.intercepts().permit(TABLE2, InterceptScene.NONE);
        atAlias(scene, cpu, AccessKind.READ, 0x40);
        RegisterFile registers = cpu.registers();
        VcpuExit.BackendSpecific exit = s.expectStopped(
                "a load whose translation is in a page that is forbidden",
                cpu.load(AccessWidth.DOUBLEWORD, 0, 1),
                VcpuExit.BackendSpecific.class);
        s.expectEqual("kind of the exit", MemoryIntercepts.EXIT, exit.kind());
        s.expectEqual("registers at the intercept of a table walk", registers, cpu.registers());
        InterceptMessage message = scene.message(0);
        s.expectEqual("type of the message of a table walk", MemoryIntercepts.GPA_INTERCEPT, message.type());
        s.expectEqual("page of the table", TABLE2, PageSize.pageOf(message.gpa()));
        s.expectEqual("virtual address of a table walk", PAGE + ALIAS + 0x40, message.gva());
        s.expectThat("the virtual address is valid in a table walk", message.isAddressValid());
        s.expectThat("there is no valid translation in a table walk", !message.isTranslationValid());
        s.expectThat("S1PTW of the syndrome of a table walk", message.syndrome().isStage1Walk());
        scene.intercepts().permit(TABLE2, InterceptScene.ALL);
        s.expectRetired("the load when the table may be read", scene.resume(cpu));
    }

    private static void aTableWalkReads(Scenario s) {
        for (AccessKind kind : AccessKind.values()) {
            InterceptScene scene = InterceptScene.on(s);
            SteppingGuestCpu cpu = scene.cpu();
            translate(scene, cpu);
            scene.intercepts().permit(TABLE2, InterceptScene.NONE);
            atAlias(scene, cpu, kind, 0x40);
            VcpuExit.BackendSpecific exit = s.expectStopped(
                    "an access " + kind + " whose translation is in a page that is forbidden",
                    kind == AccessKind.EXECUTE ? cpu.resume() : cpu.execute(encoding(kind)),
                    VcpuExit.BackendSpecific.class);
            long read = InterceptScene.code(AccessKind.READ);
            s.expectEqual("access in the exit of the walk for " + kind, read, (long)
                    exit.details().getOrDefault("access", -1L));
            s.expectEqual(
                    "access in the message of the walk for " + kind,
                    read,
                    scene.message(0).access());
            scene.intercepts().permit(TABLE2, EnumSet.of(AccessKind.READ));
            s.expectRetired("the access " + kind + " when the table may be read", scene.resume(cpu));
        }
    }
}
