/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.api.spi.Setting;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import java.util.Map;
import java.util.TreeMap;

/**
 * Providers and opened backends.
 *
 * @since 0.1
 */
public final class DiscoveryChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: discovery",
            Check.of("API-001", DiscoveryChecks::theDescriptorDoesNotChange),
            Check.of("API-002", DiscoveryChecks::theProbeDoesNotChange),
            Check.of("API-003", DiscoveryChecks::aBackendHasTheDescriptorOfItsProvider),
            Check.of("API-004", DiscoveryChecks::aBackendIsClosedTwiceAndOpenedAgain),
            Check.of("API-005", DiscoveryChecks::theDefaultsOpenTheBackend));

    private DiscoveryChecks() {}

    private static void theDescriptorDoesNotChange(Scenario s) {
        HypervisorBackendProvider provider = s.subject().provider();
        s.expectEqual("descriptor asked for again", provider.descriptor(), provider.descriptor());
    }

    private static void theProbeDoesNotChange(Scenario s) {
        HypervisorBackendProvider provider = s.subject().provider();
        ProbeResult first = provider.probe();
        s.expectEqual("probe asked for again", first, provider.probe());
        s.expectThat("a backend that was opened says that it is available", first instanceof ProbeResult.Available);
    }

    private static void aBackendHasTheDescriptorOfItsProvider(Scenario s) {
        s.expectEqual(
                "descriptor of the opened backend",
                s.subject().provider().descriptor(),
                s.subject().backend().descriptor());
    }

    private static void aBackendIsClosedTwiceAndOpenedAgain(Scenario s) {
        HypervisorBackend first = open(s);
        first.close();
        first.close();
        HypervisorBackend second = open(s);
        buildAMachine(s, second);
        second.close();
    }

    private static void theDefaultsOpenTheBackend(Scenario s) {
        BackendDescriptor descriptor = s.subject().provider().descriptor();
        Map<String, String> spelledOut = new TreeMap<>();
        for (Setting setting : descriptor.settings()) {
            spelledOut.put(setting.key(), setting.defaultValue());
        }
        HypervisorBackend backend = s.subject().provider().open(BackendConfiguration.of(descriptor, spelledOut));
        buildAMachine(s, backend);
        backend.close();
    }

    private static HypervisorBackend open(Scenario s) {
        return s.subject().provider().open(s.subject().configuration());
    }

    private static void buildAMachine(Scenario s, HypervisorBackend backend) {
        MachinePlan plan = backend.plan(MachineRequest.builder()
                .memory(GuestLayout.RAM)
                .trace(s.trace())
                .build());
        s.expectEqual("refusals of a simple plan", 0, plan.refusals().size());
        plan.build().close();
    }
}
