/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.Capability;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.backend.core.machine.MachineLayout;
import io.faultline.backend.hyperv.guest.HypervFlagGuestDriver;
import io.faultline.backend.hyperv.guest.HypervMessageGuestDriver;
import io.faultline.backend.hyperv.pagefault.PageFaultSettings;
import io.faultline.backend.hyperv.partition.PartitionSettings;
import io.faultline.backend.hyperv.synic.SynicSettings.Polling;

/** What machines in the style of Hyper-V can do. */
final class HypervCapabilities {
    private static final String NO_SDEI = "Hyper-V has no software delegated exceptions";
    private static final String OTHER = "the interface is that of Hyper-V";
    private static final String NO_OFFER = "the request does not offer asynchronous page faults to the guest";
    private static final String OTHER_WAY = "hyperv.apf-ready is set to the other way";
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
        CapabilitySet.Builder builder = CapabilitySet.builder()
                .with(Capabilities.VCPUS, VCPUS)
                .with(Capabilities.SAVE_RESTORE, true)
                .with(Capabilities.TIMERS, true)
                .with(Capabilities.PSCI, true)
                .with(Capabilities.PPI, true)
                .with(Capabilities.SYNIC, true)
                .with(Capabilities.PAGING, true)
                .with(Capabilities.INTERRUPT_LINES, MachineLayout.INTERRUPT_LINES)
                .with(Capabilities.MEMORY_INTERCEPTS, true)
                .without(Capabilities.EL2, "a hypercall is HVC of EL1")
                .without(Capabilities.SDEI, NO_SDEI)
                .without(Capabilities.SDEI_PLATFORM_EVENTS, NO_SDEI)
                .without(Capabilities.SDEI_BIND, NO_SDEI);
        way(
                builder,
                Capabilities.SYNIC_POLLING,
                settings.synic().polling() == Polling.PRESENT,
                "hyperv.polling is absent");
        way(builder, Capabilities.SYNIC_TIMERS, settings.timers().isPresent(), "hyperv.synthetic-timers is absent");
        if (offered) {
            addPageFaults(builder, settings.pageFaults());
        } else {
            withoutPageFaults(builder);
        }
        return builder.build();
    }

    private static void addPageFaults(CapabilitySet.Builder builder, PageFaultSettings settings) {
        String mechanism =
                settings.ways().hasMessages() ? HypervMessageGuestDriver.MECHANISM : HypervFlagGuestDriver.MECHANISM;
        int slots = settings.policy().limit();
        way(builder, Capabilities.APF_HYPERV_MESSAGE, settings.ways().hasMessages(), OTHER_WAY);
        way(builder, Capabilities.APF_HYPERV_FLAG, settings.ways().hasFlags(), OTHER_WAY);
        builder.with(Capabilities.ASYNC_PAGE_FAULTS, new AsyncPageFaultLimits(mechanism, slots, true, false))
                .with(Capabilities.APF_HYPERV, true)
                .with(Capabilities.APF_IMMEDIATE, true)
                .with(Capabilities.APF_DECLINE, true)
                .without(Capabilities.APF_XEN, OTHER)
                .without(Capabilities.APF_KVM, OTHER)
                .without(Capabilities.APF_KVM_SDEI, OTHER)
                .without(Capabilities.APF_KVM_PPI, OTHER);
    }

    private static void way(CapabilitySet.Builder builder, Capability<Boolean> way, boolean isOffered, String reason) {
        if (isOffered) {
            builder.with(way, true);
        } else {
            builder.without(way, reason);
        }
    }

    private static void withoutPageFaults(CapabilitySet.Builder builder) {
        builder.without(Capabilities.ASYNC_PAGE_FAULTS, NO_OFFER)
                .without(Capabilities.APF_HYPERV, NO_OFFER)
                .without(Capabilities.APF_HYPERV_MESSAGE, NO_OFFER)
                .without(Capabilities.APF_HYPERV_FLAG, NO_OFFER)
                .without(Capabilities.APF_IMMEDIATE, NO_OFFER)
                .without(Capabilities.APF_DECLINE, NO_OFFER)
                .without(Capabilities.APF_XEN, NO_OFFER)
                .without(Capabilities.APF_KVM, NO_OFFER)
                .without(Capabilities.APF_KVM_SDEI, NO_OFFER)
                .without(Capabilities.APF_KVM_PPI, NO_OFFER);
    }
}
