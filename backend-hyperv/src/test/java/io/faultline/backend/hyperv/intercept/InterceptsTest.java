/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import static io.faultline.api.arm64.AccessKind.EXECUTE;
import static io.faultline.api.arm64.AccessKind.READ;
import static io.faultline.api.arm64.AccessKind.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.backend.hyperv.Forged;
import io.faultline.backend.hyperv.HypervRig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the VMM hears of accesses to memory (hyperv.md 6.1 to 6.4, D4). */
class InterceptsTest {
    private static final long CODE = HypervRig.RAM + 0x8000;
    private static final long PAGE = HypervRig.RAM + 0x30_0000;
    private static final long TABLE = HypervRig.RAM + 0x31_0000;
    private static final int LDR = 0xF940_0020; // LDR X0, [X1]
    private static final int LDRB = 0x3940_0020; // LDRB W0, [X1]
    private static final int STR = 0xF900_0020; // STR X0, [X1]
    private static final int NOP = 0xD503_201F;
    private static final int BR = 0xD61F_0020; // BR X1
    private static final int ASSIST = 0x9_0013;

    private final HypervRig rig = new HypervRig(2);
    private final MemoryIntercepts intercepts = rig.machine.memoryIntercepts().orElseThrow();

    @BeforeEach
    void allPagesAreThere() {
        rig.words(CODE, LDR, NOP, STR, NOP, BR, LDRB, NOP);
        rig.longs(PAGE, 0x1111_2222_3333_4444L, 0x5555_6666_7777_8888L);
    }

    private Vcpu at(int vcpu, long pc, long address) {
        Vcpu cpu = rig.vcpu(vcpu);
        cpu.write(CoreRegister.PC, pc);
        cpu.write(CoreRegister.x(1), address);
        return cpu;
    }

    private VcpuExit run(int vcpu, int instructions) {
        return rig.vcpu(vcpu).run(RunBudget.instructions(instructions));
    }

    private static VcpuExit intercepted(int vcpu, int type, long gpa, AccessKind access) {
        return new VcpuExit.BackendSpecific(
                "hyperv:memory-intercept",
                new TreeMap<>(
                        Map.of("vcpu", (long) vcpu, "type", Integer.toUnsignedLong(type), "gpa", gpa, "access", (long)
                                List.of(READ, WRITE, EXECUTE).indexOf(access))));
    }

    private ByteBuffer message(int vcpu) {
        return ByteBuffer.wrap(intercepts.message(vcpu)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] evict(long page) {
        return rig.machine.asyncPageFaults().orElseThrow().evict(page);
    }

    private void complete(long page, byte[] content) {
        assertTrue(rig.machine.asyncPageFaults().orElseThrow().complete(page, content));
    }

    @Test
    void untilTheyAreOnAbsentPagesAreAsOnOtherBackends() {
        assertFalse(intercepts.isEnabled());
        byte[] content = evict(PAGE);
        at(0, CODE, PAGE);
        assertInstanceOf(VcpuExit.WaitForPage.class, run(0, 10));
        assertFalse(intercepts.isSuspended(0));
        complete(PAGE, content);
        assertEquals(new VcpuExit.BudgetExhausted(2), run(0, 2));
        assertEquals(0x1111_2222_3333_4444L, rig.vcpu(0).read(CoreRegister.X0));
    }

    @Test
    void anAccessToAnAbsentPageSuspendsTheVcpuUntilItIsResumedAndIsMadeAgainThen() {
        intercepts.enable();
        byte[] content = evict(PAGE);
        Vcpu cpu = at(0, CODE, PAGE + 8);
        cpu.write(CoreRegister.X0, 77);
        VcpuExit exit = intercepted(0, 0x8000_0000, PAGE + 8, READ);
        assertEquals(exit, run(0, 10));
        assertTrue(intercepts.isSuspended(0));
        complete(PAGE, content);
        assertEquals(exit, run(0, 10), "what the VMM does about the page does not let the vCPU go on");
        assertEquals(exit, cpu.step());
        assertEquals(77, cpu.read(CoreRegister.X0));
        assertEquals(CODE, cpu.read(CoreRegister.PC));
        intercepts.resume(0);
        assertEquals(new VcpuExit.Stepped(), cpu.step());
        assertEquals(0x5555_6666_7777_8888L, cpu.read(CoreRegister.X0));
        assertFalse(intercepts.isSuspended(0));
        assertTrue(rig.machine.asyncPageFaults().orElseThrow().outstanding().isEmpty());
    }

    @Test
    void theMessageHasEveryFieldInItsPlace() {
        intercepts.enable();
        intercepts.permit(PAGE, EnumSet.of(READ, EXECUTE));
        at(1, CODE + 8, PAGE + 0x128);
        long cpsr = rig.vcpu(1).read(CoreRegister.PSTATE);
        assertEquals(intercepted(1, 0x8000_0001, PAGE + 0x128, WRITE), run(1, 10));
        ByteBuffer message = message(1);
        assertEquals(256, message.capacity());
        assertEquals(0x8000_0001, message.getInt(0));
        assertEquals(64, message.get(4));
        assertEquals(0, message.get(5));
        assertEquals(0, message.getShort(6));
        assertEquals(2, message.getLong(8), "from the partition of the guest");
        assertEquals(1, message.getInt(16));
        assertEquals(4, message.get(20));
        assertEquals(1, message.get(21));
        assertEquals(1, message.getShort(22), "EL1");
        assertEquals(CODE + 8, message.getLong(24));
        assertEquals(cpsr, message.getLong(32));
        assertEquals(6, message.getInt(40));
        assertEquals(4, message.get(44));
        assertEquals(3, message.get(45));
        assertEquals(0, message.getShort(46));
        assertEquals(STR, message.getInt(48));
        assertEquals(0, message.getInt(52));
        assertEquals(PAGE + 0x128, message.getLong(56));
        assertEquals(PAGE + 0x128, message.getLong(64));
        // Data abort from a lower level, IL, ISV, doubleword, X0 of 64 bits, WnR, permission fault of level 3.
        assertEquals(0x24L << 26 | 1 << 25 | 1 << 24 | 3 << 22 | 1 << 15 | 1 << 6 | 0xF, message.getLong(72));
        for (int at = 80; at < 256; at++) {
            assertEquals(0, message.get(at));
        }
    }

    @ParameterizedTest
    @EnumSource(AccessKind.class)
    void accessesOfAForbiddenKindAreInterceptedAndNoOthers(AccessKind kind) {
        intercepts.enable();
        rig.words(PAGE, NOP, NOP);
        intercepts.permit(PAGE, EnumSet.complementOf(EnumSet.of(kind)));
        assertEquals(EnumSet.complementOf(EnumSet.of(kind)), intercepts.permitted(PAGE));
        for (AccessKind access : AccessKind.values()) {
            long pc = access == READ ? CODE : access == WRITE ? CODE + 8 : PAGE;
            Vcpu cpu = at(0, pc, PAGE);
            cpu.write(CoreRegister.X0, NOP);
            if (access == kind) {
                assertEquals(intercepted(0, 0x8000_0001, PAGE, kind), cpu.step());
                intercepts.permit(PAGE, EnumSet.allOf(AccessKind.class));
                intercepts.resume(0);
                assertEquals(new VcpuExit.Stepped(), cpu.step());
                intercepts.permit(PAGE, EnumSet.complementOf(EnumSet.of(kind)));
            } else {
                assertEquals(new VcpuExit.Stepped(), cpu.step());
            }
            assertEquals(pc + 4, cpu.read(CoreRegister.PC));
        }
    }

    @Test
    void anInstructionThatCannotBeFetchedHasNoBytes() {
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        at(0, PAGE + 0x10, 0);
        assertEquals(intercepted(0, 0x8000_0001, PAGE + 0x10, EXECUTE), run(0, 10));
        ByteBuffer message = message(0);
        assertEquals(2, message.get(21));
        assertEquals(PAGE + 0x10, message.getLong(24));
        assertEquals(0, message.get(44));
        assertEquals(3, message.get(45));
        assertEquals(0, message.getInt(48));
        assertEquals(0x20, message.getLong(72) >>> 26);
    }

    @Test
    void anAccessOfATableWalkSaysThatTheAddressIsNotTranslated() {
        intercepts.enable();
        Vcpu cpu = at(0, CODE, PAGE);
        cpu.write(SystemRegister.MAIR_EL1, 0xFF);
        cpu.write(SystemRegister.TCR_EL1, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 5L << 32);
        cpu.write(SystemRegister.TTBR0_EL1, TABLE);
        // One gigabyte from RAM on, as it is.
        rig.longs(TABLE + 8, HypervRig.RAM | 1 << 10 | 3 << 8 | 1);
        byte[] table = evict(TABLE);
        cpu.write(SystemRegister.SCTLR_EL1, cpu.read(SystemRegister.SCTLR_EL1) | 1);
        VcpuExit.BackendSpecific exit = assertInstanceOf(VcpuExit.BackendSpecific.class, cpu.step());
        assertEquals(TABLE, exit.details().get("gpa"));
        assertEquals(0, exit.details().get("access"), "the walk for a fetch reads");
        ByteBuffer message = message(0);
        assertEquals(0, message.get(21));
        assertEquals(1, message.get(45));
        assertEquals(CODE, message.getLong(56));
        assertEquals(TABLE, message.getLong(64));
        assertEquals(1 << 7, message.getLong(72) & 1 << 7, "S1PTW");
        complete(TABLE, table);
        intercepts.resume(0);
        assertEquals(new VcpuExit.Stepped(), cpu.step());
        assertEquals(0x1111_2222_3333_4444L, cpu.read(CoreRegister.X0));
    }

    @Test
    void theVmmMayCarryTheAccessOutItself() {
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        Vcpu cpu = at(0, CODE + 20, PAGE + 2);
        run(0, 10);
        long syndrome = message(0).getLong(72);
        assertEquals(0, syndrome >>> 22 & 3, "a byte");
        cpu.write(CoreRegister.X0, 0x33);
        cpu.write(CoreRegister.PC, cpu.read(CoreRegister.PC) + 4);
        intercepts.resume(0);
        assertEquals(new VcpuExit.BudgetExhausted(1), run(0, 1));
        assertEquals(0x33, cpu.read(CoreRegister.X0));
        assertEquals(CODE + 28, cpu.read(CoreRegister.PC));
    }

    @Test
    void whatWasNotResolvedIsInterceptedAgain() {
        intercepts.enable();
        evict(PAGE);
        at(0, CODE, PAGE);
        VcpuExit exit = run(0, 10);
        intercepts.resume(0);
        assertEquals(exit, run(0, 10));
    }

    @Test
    void eachVcpuHasItsOwnBufferAndTheOthersGoOn() {
        intercepts.enable();
        byte[] content = evict(PAGE);
        at(0, CODE, PAGE);
        run(0, 10);
        at(1, CODE + 4, PAGE + 8);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(1).step());
        assertEquals(intercepted(1, 0x8000_0000, PAGE + 8, WRITE), run(1, 10));
        assertEquals(PAGE, message(0).getLong(64));
        assertEquals(PAGE + 8, message(1).getLong(64));
        complete(PAGE, content);
        intercepts.resume(1);
        assertEquals(new VcpuExit.BudgetExhausted(1), run(1, 1));
        assertTrue(intercepts.isSuspended(0));
    }

    @Test
    void executionStateAndStatusAreThoseOfTheAccess() {
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        Vcpu cpu = at(0, CODE, PAGE);
        cpu.write(CoreRegister.PSTATE, 0x6000_0000L);
        cpu.write(SystemRegister.MDSCR_EL1, 1 << 15);
        run(0, 10);
        assertEquals(1 << 2, message(0).getShort(22), "EL0, debug exceptions are on");
        assertEquals(0x6000_0000L, message(0).getLong(32));
    }

    @Test
    void anInterruptThatIsPendingIsInTheExecutionState() {
        long distributor = 0x0800_0000L;
        long redistributor = 0x080A_0000L;
        guestStores(distributor, 0x12);
        guestStores(redistributor + 0x1_0080, -1);
        guestStores(redistributor + 0x1_0100, 1 << 27);
        Vcpu cpu = rig.vcpu(0);
        cpu.write(SystemRegister.ICC_PMR_EL1, 0xFF);
        cpu.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        cpu.write(SystemRegister.CNTV_CVAL_EL0, 0);
        cpu.write(SystemRegister.CNTV_CTL_EL0, 1);
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        at(0, CODE, PAGE);
        run(0, 10);
        assertEquals(1 | 1 << 3, message(0).getShort(22));
    }

    private void guestStores(long address, int value) {
        rig.words(CODE + 0x100, 0xB900_0020); // STR W0, [X1]
        Vcpu cpu = at(0, CODE + 0x100, address);
        cpu.write(CoreRegister.X0, Integer.toUnsignedLong(value));
        assertEquals(new VcpuExit.Stepped(), cpu.step());
    }

    // Calls.

    private static final long SELF = -1;
    private static final long SELF_VP = 0xFFFF_FFFEL;
    private static final long GET_ONE = 0x50 | 1L << 32;

    /** HvCallGetVpRegisters of register 0x100 by memory. */
    private VcpuExit getByMemory() {
        rig.longs(HypervRig.INPUT, SELF, SELF_VP, 0x100);
        Vcpu cpu = at(0, HypervRig.RAM + 0x1000, GET_ONE);
        cpu.write(CoreRegister.X0, 0x4600_0001);
        cpu.write(CoreRegister.x(2), HypervRig.INPUT);
        cpu.write(CoreRegister.x(3), HypervRig.OUTPUT);
        return cpu.step();
    }

    @Test
    void aCallWhoseInputIsAbsentIsMadeAgain() {
        intercepts.enable();
        rig.longs(HypervRig.INPUT, SELF, SELF_VP, 0x100);
        byte[] content = evict(HypervRig.INPUT);
        at(0, HypervRig.RAM + 0x1000, GET_ONE);
        rig.vcpu(0).write(CoreRegister.X0, 0x4600_0001);
        rig.vcpu(0).write(CoreRegister.x(2), HypervRig.INPUT);
        rig.vcpu(0).write(CoreRegister.x(3), HypervRig.OUTPUT);
        assertEquals(
                intercepted(0, 0x8000_0000, HypervRig.INPUT, READ), rig.vcpu(0).step());
        ByteBuffer message = message(0);
        assertEquals(HypervRig.RAM + 0x1000, message.getLong(24));
        assertEquals(0, message.get(45));
        assertEquals(0xD400_0002, message.getInt(48));
        assertEquals(0, message.getLong(56));
        assertEquals(0x16, message.getLong(72) >>> 26);
        complete(HypervRig.INPUT, content);
        intercepts.resume(0);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
        assertEquals(1L << 32, rig.vcpu(0).read(CoreRegister.X0));
        assertNotEquals(0, rig.doubleword(HypervRig.OUTPUT));
    }

    @Test
    void aCallThatMayNotWriteItsOutputSaysSo() {
        intercepts.enable();
        intercepts.permit(HypervRig.OUTPUT, EnumSet.of(READ));
        assertEquals(intercepted(0, 0x8000_0001, HypervRig.OUTPUT, WRITE), getByMemory());
        assertEquals(4, message(0).get(45));
        assertEquals(0, rig.doubleword(HypervRig.OUTPUT));
        intercepts.permit(HypervRig.OUTPUT, EnumSet.allOf(AccessKind.class));
        intercepts.resume(0);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
        assertNotEquals(0, rig.doubleword(HypervRig.OUTPUT));
    }

    @Test
    void aCallWhoseInputMayNotBeReadIsIntercepted() {
        intercepts.enable();
        intercepts.permit(HypervRig.INPUT, EnumSet.of(EXECUTE));
        assertEquals(intercepted(0, 0x8000_0001, HypervRig.INPUT, READ), getByMemory());
    }

    // Pages of the hypervisor.

    @Test
    void aPageOfTheHypervisorHasItsOwnFlags() {
        rig.identified();
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        assertEquals(0, rig.set(0, ASSIST, PAGE | 1));
        at(0, CODE, PAGE);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
        assertEquals(0, rig.vcpu(0).read(CoreRegister.X0));
        SavedState saved = rig.machine.save();
        rig.machine.restore(saved);
        assertEquals(0, rig.set(0, ASSIST, 0));
        at(0, CODE, PAGE);
        assertEquals(intercepted(0, 0x8000_0001, PAGE, READ), rig.vcpu(0).step());
    }

    @Test
    void flagsThatAreSetUnderAPageOfTheHypervisorHoldWhenItHasGone() {
        rig.identified();
        intercepts.enable();
        assertEquals(0, rig.set(0, ASSIST, PAGE | 1));
        intercepts.permit(PAGE, EnumSet.of(READ));
        at(0, CODE + 8, PAGE);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
        assertEquals(0, rig.set(0, ASSIST, 0));
        at(0, CODE + 8, PAGE);
        assertEquals(intercepted(0, 0x8000_0001, PAGE, WRITE), rig.vcpu(0).step());
    }

    @Test
    void turningInterceptsOffUnderAPageOfTheHypervisorLeavesIt() {
        rig.identified();
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        assertEquals(0, rig.set(0, ASSIST, PAGE | 1));
        intercepts.disable();
        assertEquals(0, rig.doubleword(PAGE));
        assertEquals(0, rig.set(0, ASSIST, 0));
        at(0, CODE, PAGE);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
        assertEquals(0x1111_2222_3333_4444L, rig.vcpu(0).read(CoreRegister.X0));
    }

    @Test
    void aPlaceWhereAPageOfTheHypervisorIsAlreadyStaysForbiddenUnderneath() {
        rig.identified();
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        assertEquals(0, rig.set(0, ASSIST, PAGE | 1));
        assertEquals(5, rig.set(1, ASSIST, PAGE | 1));
        at(0, CODE, PAGE);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
    }

    // State.

    @Test
    void turningThemOffLetsEverybodyGoOn() {
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        at(0, CODE, PAGE);
        run(0, 10);
        intercepts.disable();
        assertFalse(intercepts.isEnabled());
        assertFalse(intercepts.isSuspended(0));
        assertEquals(EnumSet.allOf(AccessKind.class), intercepts.permitted(PAGE));
        assertEquals(new VcpuExit.BudgetExhausted(1), run(0, 1));
        assertEquals(0x1111_2222_3333_4444L, rig.vcpu(0).read(CoreRegister.X0));
    }

    @Test
    void aResetTurnsThemOff() {
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        at(0, CODE, PAGE);
        run(0, 10);
        rig.machine.reset();
        assertFalse(intercepts.isEnabled());
        at(0, CODE, PAGE);
        assertEquals(new VcpuExit.BudgetExhausted(1), run(0, 1));
    }

    @Test
    void aVcpuThatIsResetIsNotSuspended() {
        intercepts.enable();
        intercepts.permit(PAGE, Set.of());
        for (int i = 0; i < 2; i++) {
            at(i, CODE, PAGE);
            run(i, 10);
        }
        rig.vcpu(0).reset();
        assertFalse(intercepts.isSuspended(0));
        assertTrue(intercepts.isSuspended(1));
        assertTrue(intercepts.isEnabled());
    }

    @Test
    void aRestoredMachineHasItsMessagesAndFlags() {
        intercepts.enable();
        intercepts.permit(PAGE, EnumSet.of(EXECUTE));
        at(1, CODE, PAGE + 8);
        VcpuExit exit = run(1, 10);
        byte[] message = intercepts.message(1);
        SavedState saved = rig.machine.save();
        intercepts.disable();
        run(1, 1);
        rig.machine.restore(saved);
        assertTrue(intercepts.isEnabled());
        assertFalse(intercepts.isSuspended(0));
        assertArrayEquals(message, intercepts.message(1));
        assertEquals(EnumSet.of(EXECUTE), intercepts.permitted(PAGE));
        assertEquals(exit, run(1, 10));
        assertEquals(saved, rig.machine.save());
        intercepts.permit(PAGE, EnumSet.of(READ));
        intercepts.resume(1);
        assertEquals(new VcpuExit.BudgetExhausted(1), run(1, 1));
    }

    @Test
    void statesThatCannotBeAreRefused() {
        intercepts.enable();
        intercepts.permit(PAGE, EnumSet.of(READ));
        at(0, CODE + 8, PAGE);
        run(0, 10);
        SavedState saved = rig.machine.save();
        refused(Forged.value(saved, "intercepts/enabled", new StateValue.Word(0)));
        refused(Forged.value(saved, "access/pages", new StateValue.Words(new long[] {0x1000})));
        refused(Forged.value(saved, "access/pages", new StateValue.Words(new long[] {PAGE + 0x1000})));
        refused(Forged.value(saved, "access/allowed", new StateValue.Words(new long[] {4})));
        refused(Forged.value(saved, "access/allowed", new StateValue.Words(new long[] {7})));
        refused(Forged.value(saved, "suspended/message.0", new StateValue.Bytes(new byte[255])));
        rig.machine.restore(saved);
    }

    private void refused(SavedState forged) {
        HypervisorException refused = assertThrows(HypervisorException.class, () -> rig.machine.restore(forged));
        assertEquals(ErrorId.INVALID_STATE, refused.id());
    }

    // Mistakes of the VMM.

    @Test
    void mistakesGetOneClearLine() {
        refused(ErrorId.ILLEGAL_STATE, () -> intercepts.permit(PAGE, Set.of()));
        intercepts.enable();
        intercepts.enable();
        refused(ErrorId.NOT_GUEST_MEMORY, () -> intercepts.permit(0x1000, Set.of()));
        refused(ErrorId.NOT_GUEST_MEMORY, () -> intercepts.permit(-1, Set.of()));
        refused(ErrorId.INVALID_ARGUMENT, () -> intercepts.permit(PAGE + 8, Set.of()));
        refused(ErrorId.ILLEGAL_STATE, () -> intercepts.message(0));
        refused(ErrorId.ILLEGAL_STATE, () -> intercepts.resume(1));
        refused(ErrorId.INVALID_ARGUMENT, () -> intercepts.resume(2));
        refused(ErrorId.INVALID_ARGUMENT, () -> intercepts.isSuspended(-1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void storesToReadOnlyMemoryGoWhereTheyWentWhetherInterceptsAreOnOrOff(boolean isOn) {
        long rom = 0x1000_0000L;
        var machine = HypervRig.open(Map.of())
                .plan(MachineRequest.builder()
                        .vcpus(1)
                        .memory(MemoryRegion.ram(HypervRig.RAM, 0x1_0000))
                        .memory(new MemoryRegion(rom, 0x1000, false))
                        .build())
                .build();
        machine.memory().store(CODE, AccessWidth.WORD, Integer.toUnsignedLong(STR));
        if (isOn) {
            machine.memoryIntercepts().orElseThrow().enable();
            refused(
                    ErrorId.INVALID_ARGUMENT,
                    () -> machine.memoryIntercepts().orElseThrow().permit(rom, Set.of()));
        }
        machine.vcpus().get(0).write(CoreRegister.PC, CODE);
        machine.vcpus().get(0).write(CoreRegister.x(1), rom);
        assertInstanceOf(VcpuExit.MmioWrite.class, machine.vcpus().get(0).step());
    }

    private static void refused(ErrorId id, Runnable attempt) {
        HypervisorException refused = assertThrows(HypervisorException.class, attempt::run);
        assertEquals(id, refused.id());
    }
}
