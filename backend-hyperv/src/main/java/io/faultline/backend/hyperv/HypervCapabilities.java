/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.backend.core.machine.MachineLayout;
import io.faultline.backend.hyperv.partition.PartitionSettings;

/** What machines in the style of Hyper-V can do. */
final class HypervCapabilities {
    private static final String NO_SDEI = "Hyper-V has no software delegated exceptions";
    private static final int VCPUS = 512;

    private HypervCapabilities() {}

    /**
     * Collects the capabilities.
     *
     * @param settings the choices
     * @param offered whether asynchronous page faults are offered to the guest
     * @return the set
     */
    static CapabilitySet of(PartitionSettings settings, boolean offered) {
        return CapabilitySet.builder()
                .with(Capabilities.VCPUS, VCPUS)
                .with(Capabilities.SAVE_RESTORE, true)
                .with(Capabilities.TIMERS, true)
                .with(Capabilities.PSCI, true)
                .with(Capabilities.PPI, true)
                .with(Capabilities.PAGING, true)
                .with(Capabilities.INTERRUPT_LINES, MachineLayout.INTERRUPT_LINES)
                .without(Capabilities.EL2, "a hypercall is HVC of EL1")
                .without(Capabilities.SDEI, NO_SDEI)
                .without(Capabilities.SDEI_PLATFORM_EVENTS, NO_SDEI)
                .without(Capabilities.SDEI_BIND, NO_SDEI)
                .build();
    }
}
