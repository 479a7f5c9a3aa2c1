/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.SdeiLimits;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.EventChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CorePlanTest {
    private static final MemoryRegion RAM = MemoryRegion.ram(0x4000_0000L, 0x1000);
    private static final Set<Class<? extends NotificationChannel>> PPI_AND_SDEI = Set.of(Ppi.class, SdeiEvent.class);
    private static final CapabilitySet ALL = CapabilitySet.builder()
            .with(Capabilities.VCPUS, 4)
            .with(Capabilities.PPI, true)
            .with(Capabilities.SDEI, new SdeiLimits(1, 4, 4))
            .with(Capabilities.SDEI_PLATFORM_EVENTS, 2)
            .with(
                    Capabilities.ASYNC_PAGE_FAULTS,
                    new io.faultline.api.capability.AsyncPageFaultLimits("test", 1, true, true))
            .build();

    private static List<String> refusals(CapabilitySet capabilities, MachineRequest.Builder request) {
        return new CorePlan(
                        Rig.IDENTITY,
                        request.build(),
                        capabilities,
                        PPI_AND_SDEI,
                        List.of(),
                        HardwareSettings.DEFAULT,
                        () -> new EventPersonality(new ArrayList<>()))
                .refusals();
    }

    private static List<String> refusals(MachineRequest.Builder request) {
        return refusals(ALL, request);
    }

    private static MachineRequest.Builder request() {
        return MachineRequest.builder().memory(RAM);
    }

    private static Ppi ppi(int number) {
        return new Ppi(InterruptId.ppi(number), Trigger.LEVEL);
    }

    private static SdeiEvent event(int number) {
        return new SdeiEvent(number, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
    }

    @Test
    void aRequestWithinEveryLimitIsNotRefused() {
        assertEquals(
                List.of(),
                refusals(request()
                        .vcpus(4)
                        .memory(MemoryRegion.ram(0x4000_1000L, 0x1000))
                        .channel(ppi(20))
                        .channel(event(0))
                        .channel(event(0x100))
                        .channel(event(0x101))
                        .asyncPageFaults(0x102, 23)));
    }

    @Test
    void theNumberOfVcpusHasALimitOfTheBackendAndOneOfTheMemoryMap() {
        assertEquals(
                List.of("5 vCPUs are not possible: a machine has 1 to 4."),
                refusals(request().vcpus(5)));
        assertEquals(
                List.of("0 vCPUs are not possible: a machine has 1 to 4."),
                refusals(request().vcpus(0)));
        CapabilitySet unlimited = CapabilitySet.builder().build();
        assertEquals(
                List.of("513 vCPUs are not possible: a machine has 1 to 512."),
                refusals(unlimited, request().vcpus(513)));
        assertEquals(List.of(), refusals(unlimited, request().vcpus(512)));
    }

    @Test
    void memoryThatOverlapsIsRefusedWithBothOwners() {
        assertEquals(
                List.of("memory [0x40000000, 0x40002000) overlaps memory [0x40000000, 0x40001000)."),
                refusals(request().memory(MemoryRegion.ram(0x4000_0000L, 0x2000))));
        assertEquals(
                List.of("memory [0x800f000, 0x8011000) overlaps the GIC distributor at [0x8000000, 0x8010000)."),
                refusals(request().memory(MemoryRegion.ram(0x0800_F000L, 0x2000))));
        assertEquals(
                List.of("memory [0x80df000, 0x80e0000) overlaps the GIC redistributors at [0x80a0000, 0x80e0000)."),
                refusals(request().vcpus(2).memory(MemoryRegion.ram(0x080D_F000L, 0x1000))));
        assertEquals(List.of(), refusals(request().memory(MemoryRegion.ram(0x080D_F000L, 0x1000))));
    }

    @Test
    void moreMemoryThanAMachineCanHaveIsRefused() {
        assertEquals(
                List.of("memory of all regions together is more than 1099511627776 bytes."),
                refusals(request().memory(MemoryRegion.ram(1L << 41, 1L << 40))));
    }

    @Test
    void aPpiWithTwoOwnersIsRefusedWithBothNames() {
        assertEquals(
                List.of("PPI 27 has two owners: the virtual timer and a channel of the VMM."),
                refusals(request().channel(ppi(27))));
        assertEquals(
                List.of("PPI 30 has two owners: the physical timer and asynchronous page faults."),
                refusals(request().asyncPageFaults(0x100, 30)));
        assertEquals(
                List.of("PPI 23 has two owners: asynchronous page faults and a channel of the VMM."),
                refusals(request().asyncPageFaults(0x100, 23).channel(ppi(23))));
        assertEquals(
                List.of("PPI 20 has two owners: a channel of the VMM and a channel of the VMM."),
                refusals(request().channel(ppi(20)).channel(ppi(20))));
    }

    @Test
    void linesThatTheHardwareDrivesHaveAnOwner() {
        for (int number : new int[] {25, 26, 28}) {
            assertEquals(1, refusals(request().channel(ppi(number))).size());
            assertEquals(1, refusals(request().asyncPageFaults(0x100, number)).size());
        }
    }

    @Test
    void anEventForPageFaultsIsNamedIfAndOnlyIfTheMechanismHasOne() {
        assertEquals(
                List.of("asynchronous page faults by test need an SDEI event: name one."),
                refusals(request().asyncPageFaults(23)));
        CapabilitySet without = CapabilitySet.builder()
                .with(
                        Capabilities.ASYNC_PAGE_FAULTS,
                        new io.faultline.api.capability.AsyncPageFaultLimits("plain", 1, false, false))
                .build();
        assertEquals(
                List.of(
                        "SDEI event 0x100 for asynchronous page faults is not possible: plain has no event, leave it out."),
                refusals(without, request().asyncPageFaults(0x100, 23)));
        assertEquals(List.of(), refusals(without, request().asyncPageFaults(23)));
    }

    @Test
    void anInterruptForPageFaultsIsNamedIfAndOnlyIfTheMechanismHasOne() {
        CapabilitySet with = CapabilitySet.builder()
                .with(
                        Capabilities.ASYNC_PAGE_FAULTS,
                        new io.faultline.api.capability.AsyncPageFaultLimits("plain", 1, false, false))
                .build();
        assertEquals(
                List.of("asynchronous page faults by plain need a PPI: name one."),
                refusals(with, request().asyncPageFaults()));
        CapabilitySet without = CapabilitySet.builder()
                .with(
                        Capabilities.ASYNC_PAGE_FAULTS,
                        new io.faultline.api.capability.AsyncPageFaultLimits("quiet", 1, true, false, false))
                .build();
        assertEquals(
                List.of(
                        "PPI 23 for asynchronous page faults is not possible: quiet has no interrupt of its own, leave it"
                                + " out."),
                refusals(without, request().asyncPageFaults(23)));
        assertEquals(List.of(), refusals(without, request().asyncPageFaults()));
    }

    @Test
    void anInterruptForPageFaultsMustBeAPpi() {
        String sentence = "INTID %d for asynchronous page faults is not a PPI: PPIs are 16 to 31.";
        for (int number : new int[] {-1, 15, 32, 1020}) {
            assertEquals(
                    List.of(String.format(sentence, number)), refusals(request().asyncPageFaults(0x100, number)));
        }
    }

    @Test
    void anSdeiEventWithTwoOwnersIsRefusedWithBothNames() {
        assertEquals(
                List.of("SDEI event 0x100 has two owners: asynchronous page faults and a channel of the VMM."),
                refusals(request().asyncPageFaults(0x100, 23).channel(event(0x100))));
        assertEquals(
                List.of("SDEI event 0x0 has two owners: software signals and asynchronous page faults."),
                refusals(request().asyncPageFaults(0, 23)));
        assertEquals(
                List.of("SDEI event 0x80000000 for asynchronous page faults has bit 31 set."),
                refusals(request().asyncPageFaults(0x8000_0000, 23)));
    }

    @Test
    void moreSdeiEventsThanTheBackendHasAreRefused() {
        assertEquals(
                List.of("3 SDEI events of the VMM are too many: at most 2 are possible."),
                refusals(request().channel(event(1)).channel(event(2)).channel(event(3))));
    }

    @Test
    void aChannelOfAnUnknownKindIsRefused() {
        assertEquals(
                List.of("channel EventChannel[port=4] is of a kind that this backend does not have."),
                refusals(request().channel(new EventChannel(4))));
    }

    @Test
    void whatNeedsAnAbsentCapabilityIsRefusedWithTheReason() {
        CapabilitySet nothing = CapabilitySet.builder()
                .without(Capabilities.SDEI, "switched off")
                .build();
        List<String> found =
                refusals(nothing, request().channel(event(1)).channel(ppi(20)).asyncPageFaults(0x100, 23));
        assertEquals(3, found.size());
        assertTrue(found.get(0).endsWith("cannot be had: capability sdei is absent (switched off)."), found.get(0));
        assertTrue(found.get(1).endsWith("cannot be had: capability ppi is absent."), found.get(1));
        assertEquals("asynchronous page faults cannot be had: capability apf is absent.", found.get(2));
    }

    @Test
    void buildingARefusedPlanFailsWithEveryReason() {
        CorePlan plan = new CorePlan(
                Rig.IDENTITY,
                request().vcpus(9).build(),
                ALL,
                PPI_AND_SDEI,
                List.of("the moon is not full."),
                HardwareSettings.DEFAULT,
                () -> new EventPersonality(new ArrayList<>()));
        HypervisorException refused = assertThrows(HypervisorException.class, plan::build);
        assertEquals(ErrorId.PLAN_REFUSED, refused.id());
        assertTrue(refused.attempted().contains("9 vCPUs are not possible"));
        assertTrue(refused.attempted().contains("the moon is not full."));
    }

    @Test
    void eachBuildGivesAMachineOfItsOwn() {
        Rig rig = new Rig(1);
        try (var other = rig.plan.build()) {
            assertNotSame(rig.machine, other);
            rig.machine.memory().write(Rig.RAM, new byte[] {1});
            byte[] target = new byte[1];
            other.memory().read(Rig.RAM, target);
            assertEquals(0, target[0]);
        }
        assertEquals(Rig.CAPABILITIES, rig.plan.capabilities());
        assertEquals(1, rig.plan.request().vcpus());
    }

    @Test
    void aStateVersionBeginsAtOne() {
        assertThrows(IllegalArgumentException.class, () -> new BackendIdentity("test", 0));
    }
}
