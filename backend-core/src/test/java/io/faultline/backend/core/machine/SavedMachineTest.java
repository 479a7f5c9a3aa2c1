/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.WFI;
import static io.faultline.backend.core.machine.A64.addImmediate;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.cbnz;
import static io.faultline.backend.core.machine.A64.hvc;
import static io.faultline.backend.core.machine.A64.ldr;
import static io.faultline.backend.core.machine.A64.ldrW;
import static io.faultline.backend.core.machine.A64.mov;
import static io.faultline.backend.core.machine.A64.movk;
import static io.faultline.backend.core.machine.A64.movz;
import static io.faultline.backend.core.machine.A64.msr;
import static io.faultline.backend.core.machine.A64.str;
import static io.faultline.backend.core.machine.A64.strW;
import static io.faultline.backend.core.machine.A64.subImmediate;
import static io.faultline.backend.core.machine.A64.svc;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedMachineTest {
    private static final long SECOND = Rig.CODE + 0x400;
    private static final long DEVICE = 0x0900_0000L;

    /**
     * A guest of two vCPUs that does something of everything: registers its event, starts the other vCPU, loops over memory,
     * raises the event on both, takes exceptions, reads and writes a device, waits, and turns the machine off.
     */
    private static Rig busyGuest() {
        Rig rig = new Rig(2);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        rig.code(Rig.VECTORS + 0x200, addImmediate(25, 25, 1), A64.ERET);
        // Handler of the event: counts in X26 and completes.
        rig.code(
                Rig.VECTORS + 0x600,
                addImmediate(26, 26, 1),
                movz(0, EventPersonality.COMPLETE & 0xFFFF, 0),
                movk(0, EventPersonality.COMPLETE >>> 16, 16),
                hvc(0));
        rig.code(
                SECOND,
                movz(1, (int) (Rig.VECTORS >>> 16), 16),
                msr(SystemRegister.VBAR_EL1, 1),
                addImmediate(3, 3, 1),
                str(3, 0),
                svc(1),
                WFI,
                b(-4));
        rig.start(
                mov(0, 20),
                mov(1, 21),
                hvc(0), // register the handler
                mov(0, 22),
                movz(1, 1, 0),
                mov(2, 23),
                mov(3, 24),
                hvc(0), // start vCPU 1
                movz(4, 6, 0),
                mov(0, 27), // loop
                movz(1, 0, 0),
                hvc(0), // raise the event here
                svc(2),
                ldr(5, 24),
                addImmediate(5, 5, 7),
                str(5, 24),
                ldrW(6, 28),
                strW(5, 28),
                mov(0, 27),
                movz(1, 1, 0),
                hvc(0), // raise the event on vCPU 1
                subImmediate(4, 4, 1),
                cbnz(4, -13),
                mov(0, 29),
                hvc(0)); // turn everything off
        rig.set(20, EventPersonality.REGISTER & 0xFFFF_FFFFL)
                .set(21, Rig.VECTORS + 0x600)
                .set(22, Psci.CPU_ON & 0xFFFF_FFFFL)
                .set(23, SECOND)
                .set(24, Rig.DATA)
                .set(27, EventPersonality.RAISE & 0xFFFF_FFFFL)
                .set(28, DEVICE)
                .set(29, Psci.SYSTEM_OFF & 0xFFFF_FFFFL);
        return rig;
    }

    /** Makes one step of the vCPU whose turn it is, and answers what it asks. */
    private static VcpuExit turn(Machine machine, int number) {
        Vcpu vcpu = machine.vcpus().get(number % 3 == 2 ? 1 : 0);
        VcpuExit exit = vcpu.step();
        if (exit instanceof VcpuExit.MmioRead read) {
            vcpu.completeMmioRead(read.address() + number);
        }
        return exit;
    }

    @Test
    void aMachineCutAtEveryStepAndRestoredIntoAFreshOneGoesOnIdentically() {
        Rig whole = busyGuest();
        Machine cut = busyGuest().machine;
        Rig fresh = new Rig(2);
        List<VcpuExit> exits = new ArrayList<>();
        int turn = 0;
        while (whole.vcpu().isOn()) {
            VcpuExit expected = turn(whole.machine, turn);
            assertEquals(expected, turn(cut, turn), "turn " + turn);
            exits.add(expected);
            SavedState saved = cut.save();
            assertEquals(whole.machine.save(), saved, "turn " + turn);
            Machine next = fresh.plan.build();
            next.restore(SavedState.fromBytes(saved.toBytes()));
            assertEquals(saved, next.save(), "turn " + turn);
            cut = next;
            turn++;
        }
        assertTrue(exits.stream().anyMatch(VcpuExit.WaitForInterrupt.class::isInstance));
        assertTrue(exits.stream().anyMatch(VcpuExit.MmioRead.class::isInstance));
        assertTrue(exits.stream().anyMatch(VcpuExit.MmioWrite.class::isInstance));
        assertEquals(new VcpuExit.SystemEvent(VcpuExit.SystemEvent.Kind.OFF), exits.get(exits.size() - 1));
        assertEquals(6, whole.x(26));
        assertEquals(6, whole.x(25));
        assertTrue(turn > 200, "only " + turn + " turns");
    }

    @Test
    void theSameGuestGivesTheSameCounters() {
        Rig first = busyGuest();
        Rig second = busyGuest();
        for (int turn = 0; first.vcpu().isOn(); turn++) {
            turn(first.machine, turn);
            turn(second.machine, turn);
        }
        Map<String, Long> counters = first.machine.counters();
        assertEquals(counters, second.machine.counters());
        assertEquals(6, counters.get("exits.mmio-read"));
        assertEquals(6, counters.get("exits.mmio-write"));
        assertEquals(1, counters.get("exits.system-event"));
        // The last event of vCPU 1 is taken and never completed.
        assertEquals(15, counters.get("calls.hvc") - counters.get("diversions") + 1);
        assertEquals(2, counters.get("apf.veto.limit-reached"));
        for (String name : counters.keySet()) {
            assertTrue(name.matches("[a-z0-9]+([-.][a-z0-9]+)*"), name);
        }
    }

    @Test
    void countersAndInstructionCountsGoOnThroughRestoreAndReset() {
        Rig rig = busyGuest();
        SavedState before = rig.machine.save();
        rig.step();
        rig.step();
        rig.machine.restore(before);
        assertEquals(2, rig.vcpu().retired());
        assertEquals(0, rig.machine.clock().nanos());
        rig.step();
        rig.machine.reset();
        assertEquals(3, rig.vcpu().retired());
        assertEquals(3, rig.machine.counters().get("instructions"));
    }

    @Test
    void aResetMachineIsLikeANewOneButForItsMemory() {
        Rig rig = busyGuest();
        for (int turn = 0; turn < 150; turn++) {
            turn(rig.machine, turn);
        }
        rig.machine.reset();
        Machine fresh = new Rig(2).machine;
        assertNotEquals(fresh.save(), rig.machine.save());
        byte[] memory = new byte[(int) Rig.RAM_BYTES];
        rig.machine.memory().read(Rig.RAM, memory);
        fresh.memory().write(Rig.RAM, memory);
        assertEquals(fresh.save(), rig.machine.save());
    }

    @Test
    void memoryIsSavedSparselyAndAbsentPagesStayAbsent() {
        Rig rig = new Rig(
                List.of(),
                builder ->
                        builder.memory(MemoryRegion.ram(0, 0x800_0000L)).memory(MemoryRegion.ram(Rig.RAM, 1L << 38)));
        rig.machine.memory().store(Rig.RAM + (1L << 37), AccessWidth.DOUBLEWORD, 5);
        rig.machine.memory().store(Rig.RAM, AccessWidth.DOUBLEWORD, 0);
        rig.pages().evict(0x3000);
        SavedState saved = rig.machine.save();
        assertTrue(saved.toBytes().length < 20_000, () -> "state of " + saved.toBytes().length + " bytes");
        Machine other = rig.plan.build();
        other.restore(saved);
        assertEquals(5, other.memory().load(Rig.RAM + (1L << 37), AccessWidth.DOUBLEWORD));
        assertEquals(PageResidency.ABSENT, other.memory().residency(0x3FFF));
        assertEquals(PageResidency.RESIDENT, other.memory().residency(0x4000));
    }

    @Test
    void codeThatWasExecutedBeforeARestoreIsNotExecutedAfterIt() {
        Rig rig = new Rig(1).start(movz(3, 1, 0), b(0));
        SavedState before = rig.machine.save();
        rig.code(Rig.CODE, movz(3, 2, 0));
        rig.run(0, 5);
        assertEquals(2, rig.x(3));
        rig.machine.restore(before);
        rig.run(0, 5);
        assertEquals(1, rig.x(3));
    }

    private static void assertRefused(ErrorId id, Rig rig, SavedState state) {
        SavedState before = rig.machine.save();
        HypervisorException refused = assertThrows(HypervisorException.class, () -> rig.machine.restore(state));
        assertEquals(id, refused.id(), refused.getMessage());
        assertEquals(before, rig.machine.save());
    }

    private static SavedState with(SavedState state, UnaryOperator<Map<String, StateValue>> change) {
        return new SavedState(state.backend(), state.version(), change.apply(new TreeMap<>(state.values())));
    }

    @Test
    void aStateOfAnotherBackendOrVersionIsIncompatible() {
        Rig rig = busyGuest();
        SavedState state = rig.machine.save();
        assertRefused(ErrorId.INCOMPATIBLE_STATE, rig, new SavedState("other", 3, state.values()));
        assertRefused(ErrorId.INCOMPATIBLE_STATE, rig, new SavedState("test", 4, state.values()));
    }

    @Test
    void aStateOfAMachineOfAnotherShapeIsIncompatible() {
        Rig rig = busyGuest();
        assertRefused(ErrorId.INCOMPATIBLE_STATE, rig, new Rig(1).machine.save());
        assertRefused(
                ErrorId.INCOMPATIBLE_STATE,
                rig,
                new Rig(List.of(), builder -> builder.vcpus(2).memory(MemoryRegion.ram(Rig.RAM, 0x1000)))
                        .machine.save());
        assertRefused(
                ErrorId.INCOMPATIBLE_STATE,
                rig,
                new Rig(
                                List.of(),
                                builder -> builder.vcpus(2)
                                        .memory(MemoryRegion.ram(Rig.RAM, Rig.RAM_BYTES))
                                        .channel(new Ppi(InterruptId.ppi(20), Trigger.EDGE)))
                        .machine.save());
    }

    @Test
    void everyValueThatIsMissingIsFoundAndNothingIsTakenOver() {
        Rig source = busyGuest();
        for (int turn = 0; turn < 60; turn++) {
            turn(source.machine, turn);
        }
        SavedState state = source.machine.save();
        Rig rig = busyGuest();
        SavedState before = rig.machine.save();
        for (String path : state.values().keySet()) {
            SavedState damaged = with(state, values -> {
                values.remove(path);
                return values;
            });
            HypervisorException refused =
                    assertThrows(HypervisorException.class, () -> rig.machine.restore(damaged), path);
            assertEquals(ErrorId.INVALID_STATE, refused.id(), path);
        }
        assertEquals(before, rig.machine.save());
    }

    @Test
    void aValueOfTheWrongKindOrOutOfRangeIsFound() {
        Rig rig = busyGuest();
        SavedState state = rig.machine.save();
        Map<String, StateValue> bad = new TreeMap<>();
        bad.put("vcpu.0/wait/kind", new StateValue.Word(6));
        bad.put("vcpu.0/wait/disregarded", new StateValue.Word(0x1_0000));
        bad.put("vcpu.1/wait/page", new StateValue.Word(0x4000_0001L));
        bad.put("hardware/psci/states", new StateValue.Words(new long[] {0, 9}));
        bad.put("hardware/clock/now", new StateValue.Word(-1));
        bad.put("shape/vcpus", new StateValue.Word(2));
        bad.put("events/handler", new StateValue.Text("x"));
        bad.forEach((path, value) -> {
            assertTrue(state.values().containsKey(path), path);
            assertRefused(ErrorId.INVALID_STATE, rig, with(state, values -> {
                values.put(path, value);
                return values;
            }));
        });
    }

    @Test
    void unknownContentIsRefused() {
        Rig rig = busyGuest();
        assertRefused(ErrorId.INVALID_STATE, rig, with(rig.machine.save(), values -> {
            values.put("hardware/flux-capacitor", new StateValue.Word(1));
            return values;
        }));
    }

    @Test
    void aDefectOfAPartThatRestoresIsReportedAsAnErrorOfTheStateAndChangesNothing() {
        Rig rig = busyGuest();
        assertRefused(ErrorId.INVALID_STATE, rig, with(rig.machine.save(), values -> {
            values.put("events/handler", new StateValue.Word(-1));
            return values;
        }));
    }

    @Test
    void aRestoreForgetsALoadThatWaitedForItsAnswer() {
        Rig rig = new Rig(1).start(ldr(0, 1), NOP).set(1, DEVICE);
        SavedState before = rig.machine.save();
        rig.run();
        assertThrows(HypervisorException.class, () -> rig.machine.restore(new Rig(2).machine.save()));
        assertEquals(
                ErrorId.ILLEGAL_STATE,
                assertThrows(HypervisorException.class, rig::run).id());
        rig.machine.restore(before);
        assertEquals(new VcpuExit.MmioRead(DEVICE, AccessWidth.DOUBLEWORD), rig.run());
    }

    @Test
    void theRehearsalOfARestoreIsNotTraced() {
        Rig rig = Rig.traced(1);
        rig.machine.restore(rig.machine.save());
        assertEquals(List.of(), rig.trace);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMachineIsCheapToBuild(int vcpus) {
        Rig rig = new Rig(vcpus);
        for (int i = 0; i < 300; i++) {
            try (Machine machine = rig.plan.build()) {
                assertFalse(machine.vcpus().isEmpty());
            }
        }
    }

    @Test
    void saveDoesNotChangeAnything() {
        Rig rig = busyGuest();
        rig.vcpu().run(RunBudget.instructions(20));
        SavedState first = rig.machine.save();
        assertEquals(first, rig.machine.save());
        assertArrayEquals(first.toBytes(), rig.machine.save().toBytes());
    }
}
