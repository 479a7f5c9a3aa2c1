/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.Capability;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.SdeiLimits;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KvmBackendTest {
    private final KvmBackendProvider provider = new KvmBackendProvider();
    private final HypervisorBackend backend = KvmRig.open(Map.of());

    private static MachineRequest.Builder request() {
        return MachineRequest.builder().memory(MemoryRegion.ram(KvmRig.RAM, KvmRig.RAM_BYTES));
    }

    private static SdeiEvent event(int number) {
        return new SdeiEvent(number, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
    }

    private static Ppi ppi(int number) {
        return new Ppi(InterruptId.ppi(number), Trigger.LEVEL);
    }

    private List<String> refusals(MachineRequest.Builder builder) {
        return backend.plan(builder.build()).refusals();
    }

    @Test
    void providerSaysWhoItIsAndThatItWorksEverywhere() {
        BackendDescriptor descriptor = provider.descriptor();
        assertEquals("kvm", descriptor.id());
        assertEquals(descriptor, backend.descriptor());
        assertEquals(50, ((ProbeResult.Available) provider.probe()).score());
    }

    @Test
    void registryFindsAndOpensIt() {
        BackendRegistry registry = BackendRegistry.discover();
        assertEquals(List.of(), registry.problems());
        HypervisorBackendProvider found = registry.provider("kvm");
        try (HypervisorBackend opened = found.open(BackendConfiguration.defaults(found.descriptor()))) {
            assertEquals(List.of(), opened.plan(request().vcpus(2).build()).refusals());
        }
    }

    @Test
    void settingsAreDocumentedAndUnique() {
        List<Setting> settings = provider.descriptor().settings();
        TreeSet<String> keys = new TreeSet<>();
        for (Setting setting : settings) {
            assertTrue(keys.add(setting.key()), setting.key());
            assertTrue(setting.meaning().endsWith("."), setting.key());
        }
        assertTrue(keys.contains("sdei.version"));
    }

    @Test
    void everySettingOpensWithEachOfItsValues() {
        for (Setting setting : provider.descriptor().settings()) {
            for (String value : setting.allowed()) {
                String route = setting.key().equals("apf.inject") || value.equals("ppi") ? "ppi" : "sdei";
                Map<String, String> settings = new TreeMap<>(Map.of("apf.route", route));
                settings.put(setting.key(), value);
                try (HypervisorBackend opened = KvmRig.open(settings)) {
                    assertFalse(opened.capabilities().ids().isEmpty());
                }
            }
        }
    }

    @Test
    void unknownSettingsAreRefusedWithTheNearest() {
        HypervisorException problem = assertThrows(
                HypervisorException.class,
                () -> BackendConfiguration.of(provider.descriptor(), Map.of("sdei.vesion", "1.0")));
        assertEquals(ErrorId.UNKNOWN_SETTING, problem.id());
        assertTrue(problem.getMessage().contains("sdei.version"), problem.getMessage());
    }

    @Test
    void capabilitiesSayWhatTheDispatcherOffers() {
        CapabilitySet capabilities = backend.capabilities();
        assertEquals(
                new SdeiLimits(0, 3, 3), capabilities.get(Capabilities.SDEI).orElseThrow());
        assertEquals(64, capabilities.get(Capabilities.SDEI_PLATFORM_EVENTS).orElseThrow());
        assertTrue(capabilities.has(Capabilities.SDEI_BIND));
        assertEquals(
                "sdei.private-slots and sdei.shared-slots are 0",
                KvmRig.open(Map.of("profile", "kvm-v7"))
                        .capabilities()
                        .absence(Capabilities.SDEI_BIND)
                        .orElseThrow());
        for (String id : List.of("vcpus", "save-restore", "timers", "psci", "ppi", "paging")) {
            assertTrue(capabilities.has(id), id);
        }
        CapabilitySet newer = KvmRig.open(Map.of("sdei.version", "1.1")).capabilities();
        assertEquals(1, newer.get(Capabilities.SDEI).orElseThrow().minorVersion());
    }

    @Test
    void aMachineHasThePageFaultCapabilitiesThatItsRequestOffers() {
        CapabilitySet without = backend.plan(request().build()).capabilities();
        CapabilitySet with =
                backend.plan(request().asyncPageFaults(0x4040_0001, 23).build()).capabilities();
        for (Capability<?> capability :
                List.of(Capabilities.ASYNC_PAGE_FAULTS, Capabilities.APF_KVM_SDEI, Capabilities.APF_DECLINE)) {
            assertTrue(with.has(capability), capability.id());
            assertFalse(without.has(capability), capability.id());
            assertEquals(
                    "the request does not offer asynchronous page faults to the guest",
                    without.absence(capability).orElseThrow());
        }
        assertTrue(without.has(Capabilities.PAGING));
    }

    @Test
    void theRouteSaysWhetherARequestNamesAnEvent() {
        assertRefused(
                request().asyncPageFaults(20), "asynchronous page faults by kvm-sdei need an SDEI event: name one.");
        HypervisorBackend ppi = KvmRig.open(Map.of("apf.route", "ppi"));
        assertEquals(
                List.of(
                        "SDEI event 0x5 for asynchronous page faults is not possible: kvm-ppi has no event, leave it out."),
                ppi.plan(request().asyncPageFaults(5, 20).build()).refusals());
        assertEquals(List.of(), ppi.plan(request().asyncPageFaults(20).build()).refusals());
        assertEquals(
                List.of("PPI 20 has two owners: asynchronous page faults and a channel of the VMM."),
                ppi.plan(request().asyncPageFaults(20).channel(ppi(20)).build()).refusals());
    }

    @Test
    void choicesThatDoNotGoTogetherAreRefused() {
        for (Map<String, String> settings :
                List.of(Map.of("apf.inject", "taken"), Map.of("apf.route", "ppi", "apf.early-page", "withdraw"))) {
            HypervisorException refusal = assertThrows(HypervisorException.class, () -> KvmRig.open(settings));
            assertEquals(ErrorId.INVALID_SETTING, refusal.id());
            assertTrue(refusal.getMessage().contains("with apf.route="), refusal.getMessage());
        }
    }

    @Test
    void withoutADispatcherItsCapabilitiesAreAbsentAndEventsAreRefused() {
        HypervisorBackend bare = KvmRig.open(Map.of("sdei.dispatcher", "absent"));
        assertFalse(bare.capabilities().has(Capabilities.SDEI));
        assertFalse(bare.capabilities().has(Capabilities.SDEI_PLATFORM_EVENTS));
        assertEquals(
                "sdei.dispatcher is set to absent",
                bare.capabilities().absence(Capabilities.SDEI_BIND).orElseThrow());
        assertEquals(
                1, bare.plan(request().channel(event(5)).build()).refusals().size());
        assertEquals(List.of(), bare.plan(request().channel(ppi(20)).build()).refusals());
    }

    @Test
    void interruptsOfTheTimersHaveAnOwnerAlready() {
        assertEquals(
                List.of("PPI 27 has two owners: the virtual timer and a channel of the VMM."),
                refusals(request().channel(ppi(27))));
        assertEquals(
                List.of("PPI 30 has two owners: the physical timer and a channel of the VMM."),
                refusals(request().channel(ppi(30))));
    }

    @Test
    void interruptWithTwoChannelsIsAConflict() {
        assertEquals(
                List.of("PPI 20 has two owners: a channel of the VMM and a channel of the VMM."),
                refusals(request().channel(ppi(20)).channel(new Ppi(InterruptId.ppi(20), Trigger.EDGE))));
    }

    @Test
    void eventWithTwoChannelsIsAConflict() {
        SdeiEvent shared = new SdeiEvent(5, SdeiEventType.SHARED, SdeiPriority.NORMAL);
        assertEquals(
                List.of("SDEI event 0x5 has two owners: a channel of the VMM and a channel of the VMM."),
                refusals(request().channel(event(5)).channel(shared)));
    }

    private void assertRefused(MachineRequest.Builder builder, String sentence) {
        List<String> refusals = refusals(builder);
        assertTrue(refusals.contains(sentence), refusals::toString);
    }

    @Test
    void numbersOfAsynchronousPageFaultsHaveOneOwner() {
        assertRefused(
                request().asyncPageFaults(5, 20).channel(event(5)),
                "SDEI event 0x5 has two owners: asynchronous page faults and a channel of the VMM.");
        assertRefused(
                request().asyncPageFaults(5, 20).channel(ppi(20)),
                "PPI 20 has two owners: asynchronous page faults and a channel of the VMM.");
        assertRefused(
                request().asyncPageFaults(5, 27),
                "PPI 27 has two owners: the virtual timer and asynchronous page faults.");
        assertRefused(
                request().asyncPageFaults(5, 25),
                "PPI 25 has two owners: the maintenance interrupt of the GIC and asynchronous page faults.");
        assertRefused(
                request().asyncPageFaults(5, 26),
                "PPI 26 has two owners: the physical timer of EL2 and asynchronous page faults.");
        assertRefused(
                request().asyncPageFaults(5, 28),
                "PPI 28 has two owners: the virtual timer of EL2 and asynchronous page faults.");
        assertRefused(
                request().asyncPageFaults(0, 20),
                "SDEI event 0x0 has two owners: software signals and asynchronous page faults.");
    }

    @Test
    void numbersOfAsynchronousPageFaultsMustExist() {
        for (int number : new int[] {-1, 15, 32, 5000}) {
            assertRefused(
                    request().asyncPageFaults(5, number),
                    "INTID " + number + " for asynchronous page faults is not a PPI: PPIs are 16 to 31.");
        }
        assertRefused(
                request().asyncPageFaults(-1, 20),
                "SDEI event 0xffffffff for asynchronous page faults has bit 31 set.");
    }

    @Test
    void otherKindsOfChannelsAreRefused() {
        assertEquals(
                1,
                refusals(request().channel(new NotificationChannel.EventChannel(3)))
                        .size());
        assertEquals(
                1,
                refusals(request().channel(new NotificationChannel.Synic(2, 1))).size());
    }

    @Test
    void sixtyFourEventsArePossibleAndEvent0DoesNotCount() {
        MachineRequest.Builder builder = request().channel(event(0));
        for (int i = 1; i <= 64; i++) {
            builder.channel(event(i));
        }
        MachinePlan plan = backend.plan(builder.build());
        assertEquals(List.of(), plan.refusals());
        try (Machine machine = plan.build()) {
            assertEquals(65, machine.notifications().orElseThrow().channels().size());
        }
        assertEquals(1, refusals(builder.channel(event(65))).size());
    }

    @Test
    void refusedPlanCannotBeBuilt() {
        MachinePlan plan = backend.plan(request().channel(ppi(27)).build());
        HypervisorException problem = assertThrows(HypervisorException.class, plan::build);
        assertEquals(ErrorId.PLAN_REFUSED, problem.id());
        assertTrue(problem.getMessage().contains("PPI 27"), problem.getMessage());
    }

    @Test
    void closedBackendPlansNothing() {
        backend.close();
        backend.close();
        MachineRequest request = request().build();
        assertEquals(
                ErrorId.CLOSED,
                assertThrows(HypervisorException.class, () -> backend.plan(request))
                        .id());
    }

    @Test
    void machinesOfOneBackendShareNothing() {
        KvmRig one = new KvmRig(1, backend);
        KvmRig other = new KvmRig(1, backend);
        one.arm(0, 0);
        one.inject(0, 0);
        assertFalse(other.boundary(0));
        assertEquals(0, other.status(0, 0));
        assertTrue(one.boundary(0));
    }
}
