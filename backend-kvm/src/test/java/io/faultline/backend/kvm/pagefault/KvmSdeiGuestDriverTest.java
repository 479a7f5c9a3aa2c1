/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.backend.kvm.KvmBackends;
import io.faultline.backend.kvm.guest.KvmSdeiGuestDriver;
import io.faultline.backend.testing.StepCpu;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver of the guest: what it finds, what it leaves as it was, and what it does not put up with. */
class KvmSdeiGuestDriverTest {
    private static final GuestNotification NOT_PRESENT = new GuestNotification.NotPresent(0x1000);

    private final ApfRig rig = new ApfRig(1);

    private static HypervisorException fails(ErrorId id, Executable attempt) {
        HypervisorException failure = assertThrows(HypervisorException.class, attempt);
        assertEquals(id, failure.id(), failure::getMessage);
        return failure;
    }

    /** A host in which one sub-function returns something else. */
    private static ApfRig withReply(ApfFunction which, ApfReply reply) {
        return new ApfRig(1, Map.of(), new PageFaultDecoration() {
            @Override
            public ApfCall call(ApfFunction function, ApfCall call, ApfMachine machine) {
                return function == which ? (vcpu, a2, a3) -> reply : call;
            }
        });
    }

    private static void fill(ApfRig rig) {
        for (int n = 0; n < 31; n++) {
            rig.cpu(0).x(n, 0x7000 + n);
        }
    }

    private static void untouched(ApfRig rig) {
        for (int n = 0; n < 31; n++) {
            assertEquals(0x7000 + n, rig.cpu(0).x(n));
        }
    }

    @Test
    void discoveringAndEnablingLeaveTheRegistersAlone() {
        fill(rig);
        assertTrue(rig.driver.discover(rig.cpu(0)));
        untouched(rig);
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        untouched(rig);
        assertEquals(1, rig.word(area(0) + 64));
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        untouched(rig);
        assertEquals(0, rig.word(area(0) + 64));
    }

    @Test
    void anInterruptLeavesTheRegistersOfWhatItInterruptedAlone() {
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        rig.open(0);
        fill(rig);
        rig.cpu(0).noOperation();
        GuestNotification notification = rig.driver.identify(rig.cpu(0), rig.setup(0));
        assertEquals(new GuestNotification.WakeAll(), notification);
        untouched(rig);
        rig.driver.answer(rig.cpu(0), rig.setup(0), notification, GuestAnswer.ACKNOWLEDGED);
        untouched(rig);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x0, 0xFFFF, 0x2_0000})
    void onlyVersionOneIsKnown(long version) {
        ApfRig other = withReply(ApfFunction.VERSION, ApfReply.value(version));
        assertFalse(other.driver.discover(other.cpu(0)));
    }

    @Test
    void anyMinorVersionWillDo() {
        ApfRig other = withReply(ApfFunction.VERSION, ApfReply.value(0x1_0007));
        assertTrue(other.driver.discover(other.cpu(0)));
        ApfRig silent = withReply(ApfFunction.VERSION, ApfReply.of(Smccc.NOT_SUPPORTED));
        assertFalse(silent.driver.discover(silent.cpu(0)));
    }

    @Test
    void anotherFunctionIsNotFound() {
        assertFalse(new KvmSdeiGuestDriver(0x8600_0003).discover(rig.cpu(0)));
        assertFalse(new KvmSdeiGuestDriver(0x8600_0FFF).discover(rig.cpu(0)));
    }

    @Test
    void theDriverUsesTheConduitThatWorks() {
        ApfRig smc = new ApfRig(1, Map.of("sdei.conduit", "smc"), PageFaultDecoration.NONE);
        smc.enable(0);
        smc.pages().discard(page(0));
        long token = smc.waitFor(0, page(0));
        smc.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), smc.take(0));
        smc.start(0);
        smc.driver.disable(smc.cpu(0), smc.setup(0));
    }

    @Test
    void thePriorityMaskOfTheGuestStaysIfItLetsTheInterruptThrough() {
        rig.start(0);
        rig.cpu(0).x(3, 0xC0);
        rig.cpu(0).writeSystemRegister(SystemRegister.ICC_PMR_EL1, 3);
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        assertEquals(0xC0, rig.cpu(0).read(SystemRegister.ICC_PMR_EL1));
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
    }

    @Test
    void aGuestThatDeactivatesSeparatelyIsServed() {
        rig.start(0);
        rig.cpu(0).x(3, 2);
        rig.cpu(0).writeSystemRegister(SystemRegister.ICC_CTLR_EL1, 3);
        rig.enable(0);
        rig.pages().discard(page(0));
        long token = rig.waitFor(0, page(0));
        rig.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    @Test
    void whatIsNotTheDriversIsLeftAlone() {
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
        // Another interrupt of the same vector: the wake-all is not consumed.
        rig.open(0);
        rig.cpu(0).noOperation();
        rig.word(area(0), 0);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)), "spurious");
        rig.word(area(0), 2);
        rig.cpu(0).write(CoreRegister.PC, ApfRig.vectors(0) + 0x280);
        assertEquals(new GuestNotification.WakeAll(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }

    @Test
    void anotherInterruptIsNotTheDrivers() {
        rig.enable(0);
        rig.cpu(0).write(CoreRegister.PC, ApfRig.vectors(0) + 0x80);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
        assertEquals(1023, rig.cpu(0).read(SystemRegister.ICC_HPPIR1_EL1));
    }

    @Test
    void anotherEventIsNotTheDrivers() {
        rig.enable(0);
        rig.cpu(0).write(CoreRegister.PC, rig.setup(0).handler());
        rig.cpu(0).x(0, 5);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
        assertEquals(5, rig.cpu(0).x(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xFFFF_FFFFL})
    void aNotPresentWithAReservedTokenIsRefused(long token) {
        rig.enable(0);
        rig.pages().discard(page(0));
        rig.touch(0, page(0));
        rig.word(area(0) + 4, token);
        fails(ErrorId.PROTOCOL_VIOLATION, () -> rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }

    @Test
    void anEventWithoutAReasonIsRefused() {
        rig.enable(0);
        rig.cpu(0).write(CoreRegister.PC, rig.setup(0).handler());
        rig.cpu(0).x(0, ApfRig.EVENT);
        fails(ErrorId.PROTOCOL_VIOLATION, () -> rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ApfFunction.class,
            names = {"SDEI", "IRQ", "ENABLE"})
    void aHostThatDoesNotAnswerIsRefused(ApfFunction function) {
        ApfRig other = withReply(function, ApfReply.of(Smccc.NOT_SUPPORTED));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> other.driver.enable(other.cpu(0), other.setup(0)));
    }

    @Test
    void aHostThatDoesNotTakeTheAcknowledgementOrTheDisablingIsRefused() {
        ApfRig other = withReply(ApfFunction.IRQ_ACK, ApfReply.of(-5));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> other.enable(0));
        ApfRig another = withReply(ApfFunction.ENABLE, ApfReply.of(-5));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> another.driver.disable(another.cpu(0), another.setup(0)));
    }

    @Test
    void enablingTwiceIsRefusedByTheDispatcher() {
        rig.enable(0);
        rig.start(0);
        HypervisorException refusal =
                fails(ErrorId.PROTOCOL_VIOLATION, () -> rig.driver.enable(rig.cpu(0), rig.setup(0)));
        assertTrue(refusal.getMessage().contains("EVENT_REGISTER returned"), refusal.getMessage());
    }

    @Test
    void disablingTwiceFindsNothingToDisable() {
        rig.enable(0);
        rig.start(0);
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        assertEquals(-2, rig.control(0, 0));
        rig.enable(0);
    }

    @Test
    void answersMustFitTheNotification() {
        rig.enable(0);
        rig.start(0);
        for (GuestAnswer answer : GuestAnswer.values()) {
            fails(ErrorId.INVALID_ARGUMENT, () -> answer(new GuestNotification.NotMine(), answer));
        }
        fails(ErrorId.INVALID_ARGUMENT, () -> answer(NOT_PRESENT, GuestAnswer.ACKNOWLEDGED));
        fails(ErrorId.INVALID_ARGUMENT, () -> answer(new GuestNotification.WakeAll(), GuestAnswer.ASYNCHRONOUS));
        fails(ErrorId.INVALID_ARGUMENT, () -> answer(new GuestNotification.Ready(1), GuestAnswer.SYNCHRONOUS));
    }

    private void answer(GuestNotification notification, GuestAnswer answer) {
        rig.driver.answer(rig.cpu(0), rig.setup(0), notification, answer);
    }

    @Test
    void anAnswerOutsideAHandlerIsRefused() {
        rig.enable(0);
        rig.start(0);
        fails(ErrorId.PROTOCOL_VIOLATION, () -> answer(NOT_PRESENT, GuestAnswer.SYNCHRONOUS));
    }

    @Test
    void anAreaThatIsNotThereCannotBeUsedByTheDriver() {
        rig.pages().discard(area(0));
        HypervisorException failure = fails(ErrorId.ILLEGAL_STATE, () -> rig.driver.enable(rig.cpu(0), rig.setup(0)));
        assertTrue(failure.getMessage().contains("keep the memory of the driver resident"), failure.getMessage());
    }

    @Test
    void aDriverThatIsInterruptedSaysSo() {
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        rig.open(0);
        fails(ErrorId.PROTOCOL_VIOLATION, () -> rig.driver.discover(rig.cpu(0)));
    }

    @Test
    void withoutADispatcherNothingIsEnabled() {
        HypervisorBackend bare = KvmBackends.open(
                BackendConfiguration.of(new KvmBackendProvider().descriptor(), Map.of("sdei.dispatcher", "absent")));
        MachineRequest request = MachineRequest.builder()
                .memory(MemoryRegion.ram(ApfRig.RAM, ApfRig.RAM_BYTES))
                .build();
        try (Machine machine = bare.plan(request).build()) {
            StepCpu cpu = new StepCpu(machine, 0);
            cpu.write(CoreRegister.PC, ApfRig.el1(0));
            GuestDriver driver = new KvmSdeiGuestDriver(ApfRig.FUNCTION);
            assertFalse(driver.discover(cpu));
            HypervisorException refusal = fails(ErrorId.PROTOCOL_VIOLATION, () -> driver.enable(cpu, rig.setup(0)));
            assertTrue(refusal.getMessage().contains("SDEI_VERSION"), refusal.getMessage());
        }
    }
}
