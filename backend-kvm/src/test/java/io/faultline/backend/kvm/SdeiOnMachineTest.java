/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import static io.faultline.backend.kvm.sdei.SdeiGuest.OTHER;
import static io.faultline.backend.kvm.sdei.SdeiGuest.PRIVATE;
import static io.faultline.backend.kvm.sdei.SdeiGuest.PRIVATE_CRITICAL;
import static io.faultline.backend.kvm.sdei.SdeiGuest.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.SavedState;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.kvm.sdei.CallStateTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dispatcher as a guest meets it: HVC and SMC instructions, exceptions, interrupts, WFI, PSCI. */
class SdeiOnMachineTest {
    private static final Ppi EDGE = new Ppi(InterruptId.ppi(21), Trigger.EDGE);

    private final KvmRig rig = new KvmRig(2, Map.of(), EDGE);

    static Stream<CallStateTable.Cell> cells() {
        return CallStateTable.cells();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyCallAnswersAndChangesTheStateAsTheTableSays(CallStateTable.Cell cell) {
        cell.check(new KvmRig(2, cell.settings()));
    }

    @Test
    void bothConduitsBehaveTheSame() {
        assertEquals(0, rig.smc(0, SdeiFunction.EVENT_REGISTER, PRIVATE, KvmRig.HANDLER, 7, 0, 0));
        assertEquals(-3, rig.register(0, PRIVATE));
        assertEquals(0, rig.enable(0, PRIVATE));
        assertEquals(3, rig.smc(0, SdeiFunction.EVENT_STATUS, PRIVATE));
        assertEquals(0, rig.smc(0, SdeiFunction.PE_UNMASK));
        assertEquals(rig.call(0, SdeiFunction.VERSION), rig.smc(0, SdeiFunction.VERSION));
        rig.inject(0, PRIVATE);
        assertTrue(rig.boundary(0));
        rig.x(0, 1, 0);
        rig.smc(0, SdeiFunction.EVENT_COMPLETE, 0);
        assertEquals(KvmRig.NOP, rig.pc(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {KvmRig.HVC, KvmRig.SMC})
    void signalToSelfIsInterruptedAtTheInstructionAfterTheCall(long instruction) {
        rig.arm(0, 0);
        rig.callAt(instruction, 0, SdeiFunction.EVENT_SIGNAL.id(), 0, 0);
        assertEquals(instruction + 4, rig.pc(0));
        assertEquals(0, rig.x(0, 0));
        rig.step(0);
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        assertEquals(instruction + 4, rig.x(0, 2));
        assertEquals(0, rig.call(0, SdeiFunction.EVENT_CONTEXT, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvc", "smc"})
    void theOtherConduitIsNotSupportedIfTheSettingSaysSo(String conduit) {
        KvmRig one = new KvmRig(1, Map.of("sdei.conduit", conduit));
        boolean hvc = conduit.equals("hvc");
        assertEquals(hvc ? 0 : -1, one.call(0, SdeiFunction.PE_UNMASK));
        assertEquals(hvc ? -1 : 0, one.smc(0, SdeiFunction.PE_UNMASK));
    }

    @Test
    void withoutADispatcherEveryCallIsNotSupported() {
        io.faultline.api.spi.HypervisorBackend backend = KvmRig.open(Map.of("sdei.dispatcher", "absent"));
        io.faultline.api.machine.Machine machine = backend.plan(io.faultline.api.machine.MachineRequest.builder()
                        .memory(io.faultline.api.memory.MemoryRegion.ram(KvmRig.RAM, 4096))
                        .build())
                .build();
        machine.memory().store(KvmRig.RAM, io.faultline.api.arm64.AccessWidth.WORD, 0xD4000002L);
        for (SdeiFunction function : SdeiFunction.values()) {
            machine.vcpus().get(0).write(CoreRegister.PC, KvmRig.RAM);
            machine.vcpus().get(0).write(CoreRegister.X0, function.id() & 0xFFFF_FFFFL);
            machine.vcpus().get(0).step();
            assertEquals(-1, machine.vcpus().get(0).read(CoreRegister.X0), function.name());
        }
        assertEquals(List.of(), machine.notifications().orElseThrow().channels());
        SavedState saved = machine.save();
        machine.reset();
        machine.restore(saved);
        assertEquals(saved, machine.save());
    }

    @Test
    void immediatesOtherThanZeroAndSmc32NumbersAreNotSupported() {
        assertEquals(-1, rig.callAt(KvmRig.HVC_1, 0, SdeiFunction.VERSION.id()));
        assertEquals(-1, rig.callNumber(0, 0x8400_0020));
        assertEquals(-1, rig.callNumber(0, 0xC400_0033));
    }

    @Test
    void hypervisorCallFromEl0IsUndefinedAndChangesNothing() {
        rig.vcpu(0).write(CoreRegister.PSTATE, 0);
        rig.callAt(KvmRig.HVC, 0, SdeiFunction.PE_UNMASK.id());
        assertEquals(KvmRig.VECTORS + 0x400, rig.pc(0));
        assertEquals(KvmRig.HVC, rig.vcpu(0).read(SystemRegister.ELR_EL1));
        assertEquals(0, rig.mask(0));
    }

    private static final List<Register> REGISTERS = registers();

    private static List<Register> registers() {
        List<Register> all = new ArrayList<>(List.of(CoreRegister.values()));
        all.remove(CoreRegister.SP_EL2);
        all.addAll(List.of(
                SystemRegister.ELR_EL1,
                SystemRegister.SPSR_EL1,
                SystemRegister.ESR_EL1,
                SystemRegister.FAR_EL1,
                SystemRegister.VBAR_EL1,
                SystemRegister.SCTLR_EL1,
                SystemRegister.TTBR0_EL1,
                SystemRegister.TTBR1_EL1,
                SystemRegister.TPIDR_EL0,
                SystemRegister.TPIDR_EL1,
                SystemRegister.TPIDRRO_EL0));
        return all;
    }

    private Map<String, Long> allRegisters() {
        Map<String, Long> values = new TreeMap<>();
        for (Register register : REGISTERS) {
            values.put(register.name(), rig.vcpu(0).read(register));
        }
        return values;
    }

    private void fillRegisters() {
        long seed = 0x1357_9BDF_0246_8ACEL;
        for (Register register : REGISTERS) {
            seed = seed * 6364136223846793005L + 1442695040888963407L;
            if (register != CoreRegister.PC
                    && register != CoreRegister.PSTATE
                    && register != SystemRegister.SCTLR_EL1
                    && register != SystemRegister.VBAR_EL1) {
                rig.vcpu(0).write(register, register instanceof SystemRegister ? seed & 0xFFFF_F000L : seed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0x6000_0000L, 0x9000_0004L, 0x3000_0005L, 0x0000_03C5L, 0xF000_0345L})
    void handlerEntryAndCompletionTouchExactlyTheRegistersOfTheSpecification(long pstate) {
        rig.register(0, PRIVATE, KvmRig.HANDLER, 0xAAAA_BBBB_CCCC_DDDDL);
        rig.enable(0, PRIVATE);
        rig.unmask(0);
        fillRegisters();
        rig.vcpu(0).write(CoreRegister.PSTATE, pstate);
        rig.at(0, KvmRig.NOP + 8);
        Map<String, Long> before = allRegisters();
        rig.inject(0, PRIVATE);
        assertInstanceOf(VcpuExit.Stepped.class, rig.step(0));

        Map<String, Long> expected = new TreeMap<>(before);
        expected.put("X0", (long) PRIVATE);
        expected.put("X1", 0xAAAA_BBBB_CCCC_DDDDL);
        expected.put("X2", KvmRig.NOP + 8);
        expected.put("X3", pstate);
        expected.put("PC", KvmRig.HANDLER);
        expected.put("PSTATE", pstate & 0xF000_0000L | 0x3C5);
        assertEquals(expected, allRegisters());

        rig.complete(0);
        assertEquals(before, allRegisters());
    }

    @Test
    void resumedGuestReturnsToTheInterruptedContextByEret() {
        rig.arm(0, PRIVATE);
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x8000_0000L);
        rig.at(0, KvmRig.NOP + 16);
        rig.x(0, 5, 55);
        rig.inject(0, PRIVATE);
        rig.step(0);
        rig.x(0, 5, 66);
        rig.resume(0, KvmRig.ERET);
        assertEquals(KvmRig.ERET, rig.pc(0));
        assertEquals(0x8000_03C5L, rig.pstate(0));
        assertEquals(55, rig.x(0, 5));
        rig.step(0);
        assertEquals(KvmRig.NOP + 16, rig.pc(0));
        assertEquals(0x8000_0000L, rig.pstate(0));
    }

    @Test
    void interruptWaitsForTheHandlerAndEventGoesFirst() {
        rig.enableInterrupt(0, EDGE);
        rig.arm(0, PRIVATE);
        rig.at(0, KvmRig.NOP);
        rig.notifications().inject(EDGE, 0);
        rig.inject(0, PRIVATE);
        rig.step(0);
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        rig.step(0);
        assertEquals(KvmRig.HANDLER + 4, rig.pc(0));
        rig.complete(0);
        assertEquals(KvmRig.NOP, rig.pc(0));
        rig.step(0);
        assertEquals(KvmRig.VECTORS + 0x280, rig.pc(0));
        rig.inject(0, PRIVATE);
        rig.step(0);
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        assertEquals(KvmRig.VECTORS + 0x280, rig.x(0, 2));
    }

    @Test
    void criticalEventInterruptsTheFirstInstructionOfANormalHandler() {
        rig.arm(0, PRIVATE);
        rig.arm(0, PRIVATE_CRITICAL);
        rig.at(0, KvmRig.NOP);
        rig.inject(0, PRIVATE);
        rig.step(0);
        rig.inject(0, PRIVATE_CRITICAL);
        rig.step(0);
        assertEquals(PRIVATE_CRITICAL, rig.x(0, 0));
        assertEquals(KvmRig.HANDLER, rig.x(0, 2));
        rig.complete(0);
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        rig.complete(0);
        assertEquals(KvmRig.NOP, rig.pc(0));
    }

    @Test
    void eventIsTakenInsideALongRun() {
        rig.arm(1, 0);
        rig.at(1, KvmRig.NOP);
        rig.signal(0, 1);
        rig.vcpu(1).run(RunBudget.instructions(3));
        assertEquals(KvmRig.HANDLER + 12, rig.pc(1));
        assertEquals(KvmRig.NOP, rig.x(1, 2));
    }

    @Test
    void signalWakesAPeThatWaitsForAnInterrupt() {
        rig.arm(1, 0);
        rig.at(1, KvmRig.WFI);
        assertInstanceOf(VcpuExit.WaitForInterrupt.class, rig.vcpu(1).run(RunBudget.instructions(10)));
        assertInstanceOf(VcpuExit.WaitForInterrupt.class, rig.vcpu(1).run(RunBudget.instructions(10)));
        rig.signal(0, 1);
        rig.vcpu(1).run(RunBudget.instructions(1));
        assertEquals(KvmRig.HANDLER + 4, rig.pc(1));
        assertEquals(KvmRig.WFI + 4, rig.x(1, 2));
    }

    @Test
    void eventThatCannotBeTakenWakesNobody() {
        rig.arm(1, PRIVATE);
        rig.mask(1);
        rig.at(1, KvmRig.WFI);
        assertInstanceOf(VcpuExit.WaitForInterrupt.class, rig.vcpu(1).run(RunBudget.instructions(10)));
        rig.inject(1, PRIVATE);
        assertInstanceOf(VcpuExit.WaitForInterrupt.class, rig.vcpu(1).run(RunBudget.instructions(10)));
    }

    @Test
    void entryPointThatIsNotMemoryGivesTheGuestAnAbort() {
        rig.register(0, PRIVATE, 0x1000, 0);
        rig.enable(0, PRIVATE);
        rig.unmask(0);
        rig.inject(0, PRIVATE);
        assertTrue(rig.boundary(0));
        assertEquals(0x1000, rig.pc(0));
        rig.step(0);
        assertEquals(KvmRig.VECTORS + 0x200, rig.pc(0));
        assertEquals(0x1000, rig.vcpu(0).read(SystemRegister.ELR_EL1));
    }

    @Test
    void psciQueriesWorkInAHandler() {
        rig.arm(0, PRIVATE);
        rig.inject(0, PRIVATE);
        rig.boundary(0);
        assertEquals(Psci.VERSION_1_1, rig.callNumber(0, Psci.VERSION));
        assertEquals(0, rig.callNumber(0, Psci.FEATURES, Psci.CPU_OFF & 0xFFFF_FFFFL));
        assertEquals(Psci.AFFINITY_ON, rig.callNumber(0, Psci.AFFINITY_INFO, 1, 0));
        assertEquals(7, rig.status(0, PRIVATE));
    }

    @Test
    void turningOffInAHandlerEndsItAndTurningOnBeginsAnew() {
        rig.arm(1, PRIVATE);
        rig.arm(1, SHARED);
        rig.inject(1, SHARED);
        rig.boundary(1);
        rig.callNumber(1, Psci.CPU_OFF);
        assertFalse(rig.vcpu(1).isOn());
        assertEquals(3, rig.status(0, SHARED));
        assertEquals(-2, rig.signal(0, 1));
        assertEquals(0, rig.callNumber(0, Psci.CPU_ON, 1, KvmRig.NOP, 0));
        assertEquals(0, rig.status(1, PRIVATE));
        assertEquals(0, rig.mask(1));
        assertEquals(-3, rig.complete(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {Psci.SYSTEM_OFF, Psci.SYSTEM_RESET})
    void endOfTheSystemEndsEveryHandler(int function) {
        rig.arm(1, SHARED);
        rig.inject(1, SHARED);
        rig.boundary(1);
        rig.callNumber(0, function);
        assertFalse(rig.notifications().state(KvmRig.channel(SHARED), 0).active());
        rig.machine.reset();
        rig.start(0);
        assertEquals(0, rig.status(0, SHARED));
        assertEquals(0, rig.mask(0));
    }

    @Test
    void resetOfOneVcpuEndsItsHandlersAndForgetsItsPrivateEvents() {
        rig.arm(1, PRIVATE);
        rig.arm(1, SHARED);
        rig.inject(1, SHARED);
        rig.boundary(1);
        rig.vcpu(1).reset();
        assertEquals(3, rig.status(0, SHARED));
        assertFalse(rig.notifications().state(KvmRig.channel(PRIVATE), 1).ready());
    }

    @Test
    void machineCanBeSavedInNestedHandlersAndGoOnElsewhere() {
        rig.arm(0, PRIVATE);
        rig.arm(0, PRIVATE_CRITICAL);
        rig.arm(0, OTHER);
        rig.x(0, 10, 1000);
        rig.at(0, KvmRig.NOP);
        rig.inject(0, PRIVATE);
        rig.step(0);
        rig.inject(0, PRIVATE_CRITICAL);
        rig.step(0);
        rig.inject(0, OTHER);
        SavedState saved = SavedState.fromBytes(rig.machine.save().toBytes());
        KvmRig other = new KvmRig(2, Map.of(), EDGE);
        other.machine.restore(saved);
        assertEquals(saved, other.machine.save());
        other.complete(0);
        other.complete(0);
        assertEquals(KvmRig.NOP, other.pc(0));
        other.step(0);
        assertEquals(OTHER, other.x(0, 0));
        assertEquals(1000, other.call(0, SdeiFunction.EVENT_CONTEXT, 10));
    }

    @Test
    void eventThatWasDueIsTakenAfterRestoreWithoutANewTrigger() {
        rig.arm(0, PRIVATE);
        rig.at(0, KvmRig.NOP);
        rig.inject(0, PRIVATE);
        SavedState saved = rig.machine.save();
        KvmRig other = new KvmRig(2, Map.of(), EDGE);
        other.machine.restore(saved);
        other.step(0);
        assertEquals(KvmRig.HANDLER, other.pc(0));
    }

    @Test
    void whatHappensIsTraced() {
        rig.arm(0, PRIVATE);
        rig.at(0, KvmRig.NOP);
        rig.trace.clear();
        rig.inject(0, PRIVATE);
        rig.step(0);
        rig.complete(0);
        assertEquals(
                List.of(
                        new TraceEvent.NotificationInjected(
                                0, KvmRig.channel(PRIVATE).toString(), "delivered"),
                        new TraceEvent.SdeiDispatched(0, PRIVATE, KvmRig.NOP, 5),
                        new TraceEvent.SdeiCompleted(0, PRIVATE, false, KvmRig.NOP)),
                rig.trace);
    }

    @Test
    void softwareStepAndIllegalStateDoNotReachTheHandler() {
        rig.arm(0, PRIVATE);
        rig.vcpu(0).write(CoreRegister.PSTATE, 5 | ProcessorState.IL);
        rig.at(0, KvmRig.NOP);
        rig.inject(0, PRIVATE);
        rig.step(0);
        assertEquals(0x3C5, rig.pstate(0));
        assertEquals(5 | ProcessorState.IL, rig.x(0, 3));
    }
}
