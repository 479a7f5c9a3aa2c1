/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.backend.hyperv.HypervRig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Discovery, and the registers of asynchronous page faults (APF-002, APF-206). */
class PageFaultRegistersTest {
    private static final int GUEST_OS_ID = 0x9_0002;
    private static final long OS_ID = 0x80FF_0000_0001_0000L;

    /** A guest that has prepared everything but has not enabled page faults. */
    private static PageFaultRig prepared(boolean byFlag, String... settings) {
        PageFaultRig rig = new PageFaultRig(1, byFlag, settings);
        rig.enable(0);
        rig.sets(0, PageFaultRig.CONTROL, 0);
        return rig;
    }

    @Test
    void aMachineWithoutOfferHasNeitherBitNorRegisters() {
        HypervRig rig = new HypervRig(1).identified();
        rig.get(0, 0x200);
        assertTrue(rig.vcpu(0).read(io.faultline.api.arm64.CoreRegister.x(7)) >= 0);
        assertEquals(0x87, rig.tryGet(0, PageFaultRig.LIMITS));
        assertEquals(0x87, rig.tryGet(0, PageFaultRig.CONTROL));
        assertEquals(0x87, rig.set(0, PageFaultRig.CONTROL, 1));
        assertFalse(rig.machine.capabilities().has(Capabilities.APF_HYPERV));
    }

    @Test
    void theOfferIsABitOfTheFeatures() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.get(0, 0x200);
        assertTrue(rig.cpu(0).x(7) < 0);
        assertTrue(rig.driver.discover(rig.cpu(0)));
    }

    @ParameterizedTest
    @CsvSource({"either, 3, 64", "message, 1, 7", "flag, 2, 511"})
    void limitsSayWhatIsOffered(String ways, int bits, int slots) {
        PageFaultRig rig = new PageFaultRig(1, false, "hyperv.apf-ready=" + ways, "hyperv.apf-slots=" + slots);
        rig.sets(0, GUEST_OS_ID, OS_ID);
        long limits = rig.get(0, PageFaultRig.LIMITS);
        assertEquals(1 | (long) bits << 8 | (long) slots << 16 | 23L << 32 | 58L << 40, limits);
        assertEquals(0, rig.cpu(0).x(7));
        assertEquals(5, rig.set(0, PageFaultRig.LIMITS, limits));
    }

    @Test
    void registersNeedAnIdentityAndAPrivilege() {
        PageFaultRig rig = new PageFaultRig(1, false);
        assertEquals(6, rig.tryGet(0, PageFaultRig.LIMITS));
        assertEquals(6, rig.set(0, PageFaultRig.CONTROL, 0));
        PageFaultRig less = new PageFaultRig(1, false, "hyperv.privileges=0x000a00300000027b");
        less.sets(0, GUEST_OS_ID, OS_ID);
        assertEquals(6, less.tryGet(0, PageFaultRig.CONTROL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x50009",
                "0x58001",
                "0x150001",
                "0x100050001",
                "0x8000000000050001",
                "0x8",
                "0x1",
                "0x10001",
                "0x20001",
                "0x30001",
                "0x40001",
                "0x70001"
            })
    void impossibleValuesAreRefused(String value) {
        PageFaultRig rig = prepared(false);
        assertEquals(
                5,
                rig.set(
                        0,
                        PageFaultRig.CONTROL,
                        Long.decode(value.startsWith("0x8000000000050001") ? "-0x7FFFFFFFFFFAFFFF" : value)));
        assertEquals(0, rig.get(0, PageFaultRig.CONTROL));
        assertFalse(rig.isDue(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 8, 9, 10, 11, 12, 13, 14, 15})
    void otherSourcesCanBeUsed(int source) {
        PageFaultRig rig = prepared(false);
        assertEquals(0, rig.set(0, PageFaultRig.CONTROL, 1 | (long) source << 16));
        assertEquals(
                0x8000_0F00L,
                rig.word(PageFaultRig.synic(0) + 256L * source),
                "the wake-all is in the slot of the source");
    }

    @ParameterizedTest
    @CsvSource({"message, 0x50005, 5", "message, 0x50001, 0", "flag, 0x50001, 5", "flag, 0x50005, 0"})
    void onlyOfferedWaysOfReadyCanBeAskedFor(String ways, String value, int status) {
        PageFaultRig rig = prepared("flag".equals(ways), "hyperv.apf-ready=" + ways);
        assertEquals(status, rig.set(0, PageFaultRig.CONTROL, Long.decode(value)));
    }

    @Test
    void enablingNeedsVectorsAndAnAssistPage() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.sets(0, GUEST_OS_ID, OS_ID);
        assertEquals(8, rig.set(0, PageFaultRig.CONTROL, rig.control()));
        rig.sets(0, PageFaultRig.ASSIST, PageFaultRig.area(0) | 1);
        assertEquals(8, rig.set(0, PageFaultRig.CONTROL, rig.control()));
        rig.sets(0, PageFaultRig.VECTORS, PageFaultRig.handler(0));
        assertEquals(0, rig.set(0, PageFaultRig.CONTROL, rig.control()));
        assertEquals(rig.control(), rig.get(0, PageFaultRig.CONTROL));
    }

    @Test
    void theSameValueChangesNothingAndAnotherIsDenied() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.enable(0);
        assertEquals(0, rig.set(0, PageFaultRig.CONTROL, rig.control()));
        assertFalse(rig.isDue(0));
        assertEquals(8, rig.set(0, PageFaultRig.CONTROL, rig.control() | 2));
        assertEquals(8, rig.set(0, PageFaultRig.CONTROL, rig.control() + 0x1_0000));
        assertEquals(rig.control(), rig.get(0, PageFaultRig.CONTROL));
        assertEquals(1, rig.counters().wakeAlls());
    }

    @Test
    void disablingKeepsTheValueAndCancels() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        assertEquals(0, rig.set(0, PageFaultRig.CONTROL, rig.control() & ~1));
        assertEquals(rig.control() & ~1, rig.get(0, PageFaultRig.CONTROL));
        assertEquals(1, rig.counters().cancelled());
        rig.complete(PageFaultRig.page(0));
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.set(0, PageFaultRig.CONTROL, 0));
        assertEquals(0, rig.get(0, PageFaultRig.CONTROL));
    }

    @Test
    void enablingCleansTheInformationAndTheTable() {
        PageFaultRig rig = prepared(true);
        rig.state(0, -1);
        rig.word(PageFaultRig.area(0) + FaultInformation.TOKEN, 5);
        rig.word(PageFaultRig.area(0) + FaultInformation.TABLE + 8, 7);
        rig.word(PageFaultRig.area(0) + 0x200, 9);
        rig.sets(0, PageFaultRig.CONTROL, rig.control());
        assertEquals(0, rig.state(0));
        assertEquals(0, rig.word(PageFaultRig.area(0) + FaultInformation.TOKEN));
        assertEquals(0, rig.word(PageFaultRig.area(0) + FaultInformation.TABLE + 8));
        assertEquals(9, rig.word(PageFaultRig.area(0) + 0x200), "the rest is the guest's");
    }

    @Test
    void resetAndPowerDisable() {
        PageFaultRig rig = new PageFaultRig(2, false);
        rig.enable(0);
        rig.enable(1);
        rig.waitFor(1, rig.absent(0));
        rig.turnOff(1);
        assertEquals(1, rig.counters().cancelled());
        rig.turnOn(1);
        rig.start(1);
        assertEquals(0, rig.get(1, PageFaultRig.CONTROL));
        assertEquals(PageFaultRig.area(1) | 1, rig.get(1, PageFaultRig.ASSIST), "the page stays");
        rig.enable(1);
        rig.machine.vcpus().get(1).reset();
        rig.turnOn(1);
        assertEquals(0, rig.get(1, PageFaultRig.CONTROL));
        assertEquals(0, rig.get(1, PageFaultRig.ASSIST));
        assertEquals(rig.control(), rig.get(0, PageFaultRig.CONTROL));
        rig.enable(1);
        assertEquals(rig.control(), rig.get(1, PageFaultRig.CONTROL));
    }

    @Test
    void twoVcpusCannotHaveTheirPagesInOnePlace() {
        PageFaultRig rig = new PageFaultRig(2, false);
        rig.enable(0);
        HypervisorException refused =
                assertThrows(HypervisorException.class, () -> rig.driver.enable(rig.cpu(1), rig.setup(0)));
        assertEquals(ErrorId.PROTOCOL_VIOLATION, refused.id());
        long token = rig.waitFor(0, rig.absent(0));
        rig.complete(PageFaultRig.page(0));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    @Test
    void capabilitiesSayWhichWayTheDriverGoes() {
        CapabilitySet either = HypervRig.open(Map.of()).capabilities();
        assertEquals(
                new AsyncPageFaultLimits("hyperv-message", 64, true, false, true),
                either.get(Capabilities.ASYNC_PAGE_FAULTS).orElseThrow());
        assertTrue(either.has(Capabilities.APF_HYPERV_MESSAGE));
        assertTrue(either.has(Capabilities.APF_HYPERV_FLAG));
        assertTrue(either.has(Capabilities.APF_DECLINE));
        assertTrue(either.has(Capabilities.APF_IMMEDIATE));
        CapabilitySet flag = HypervRig.open(Map.of("hyperv.apf-ready", "flag")).capabilities();
        assertEquals(
                "hyperv-flag",
                flag.get(Capabilities.ASYNC_PAGE_FAULTS).orElseThrow().mechanism());
        assertEquals(
                "hyperv.apf-ready is set to the other way",
                flag.absence(Capabilities.APF_HYPERV_MESSAGE).orElseThrow());
        CapabilitySet message =
                HypervRig.open(Map.of("hyperv.apf-ready", "message")).capabilities();
        assertFalse(message.has(Capabilities.APF_HYPERV_FLAG));
    }

    @Test
    void thePlanWantsOnePpiAndNoEvent() {
        MachineRequest.Builder request = MachineRequest.builder().memory(MemoryRegion.ram(PageFaultRig.RAM, 0x10_0000));
        List<MachinePlan> plans = List.of(
                HypervRig.open(Map.of()).plan(request.asyncPageFaults(23).build()),
                HypervRig.open(Map.of())
                        .plan(request.asyncPageFaults(0x4040_0001, 23).build()),
                HypervRig.open(Map.of()).plan(request.asyncPageFaults().build()),
                HypervRig.open(Map.of()).plan(request.asyncPageFaults(27).build()),
                HypervRig.open(Map.of()).plan(request.asyncPageFaults(40).build()));
        assertEquals(
                List.of(true, false, false, false, false),
                plans.stream().map(plan -> plan.refusals().isEmpty()).toList());
    }

    @ParameterizedTest
    @CsvSource({"hyperv.apf-slots, 0", "hyperv.apf-slots, 512", "hyperv.apf-ready, both", "hyperv.apf-failures, 0"})
    void settingsAreChecked(String key, String value) {
        HypervisorException refused = assertThrows(HypervisorException.class, () -> HypervRig.open(Map.of(key, value)));
        assertEquals(ErrorId.INVALID_SETTING, refused.id());
    }
}
