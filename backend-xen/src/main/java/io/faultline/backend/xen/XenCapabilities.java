/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.EventChannelLimits;
import io.faultline.backend.core.machine.MachineLayout;
import io.faultline.backend.xen.event.EventSettings;
import io.faultline.backend.xen.host.DomainSettings;

/** What machines in the style of Xen can do. */
final class XenCapabilities {
    /** Largest number of vCPUs of a domain on Arm (xen.md 2.4). */
    static final int VCPUS = 128;

    private static final String NO_SDEI = "Xen has no software delegated exceptions";
    private static final String NO_PAGE_FAULTS = "Xen does not tell a guest of absent pages";

    private XenCapabilities() {}

    static CapabilitySet of(DomainSettings settings) {
        CapabilitySet.Builder builder = CapabilitySet.builder()
                .with(Capabilities.VCPUS, VCPUS)
                .with(Capabilities.SAVE_RESTORE, true)
                .with(Capabilities.TIMERS, true)
                .with(Capabilities.PSCI, true)
                .with(Capabilities.PPI, true)
                .with(Capabilities.PAGING, true)
                .with(Capabilities.INTERRUPT_LINES, MachineLayout.INTERRUPT_LINES)
                .with(
                        Capabilities.EVENT_CHANNELS,
                        new EventChannelLimits(settings.events().maxPorts()))
                .without(Capabilities.EL2, "a hypercall is HVC of EL1")
                .without(Capabilities.SDEI, NO_SDEI)
                .without(Capabilities.SDEI_PLATFORM_EVENTS, NO_SDEI)
                .without(Capabilities.SDEI_BIND, NO_SDEI)
                .without(Capabilities.ASYNC_PAGE_FAULTS, NO_PAGE_FAULTS)
                .without(Capabilities.APF_IMMEDIATE, NO_PAGE_FAULTS)
                .without(Capabilities.APF_KVM, NO_PAGE_FAULTS)
                .without(Capabilities.APF_KVM_SDEI, NO_PAGE_FAULTS)
                .without(Capabilities.APF_KVM_PPI, NO_PAGE_FAULTS)
                .without(Capabilities.APF_DECLINE, NO_PAGE_FAULTS);
        if (settings.events().fifo() == EventSettings.Fifo.PRESENT) {
            builder.with(Capabilities.EVENT_CHANNELS_FIFO, true);
        } else {
            builder.without(Capabilities.EVENT_CHANNELS_FIFO, "xen.fifo is set to absent");
        }
        return builder.build();
    }
}
