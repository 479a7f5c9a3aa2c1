/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.EventChannelLimits;
import io.faultline.backend.core.machine.MachineLayout;
import io.faultline.backend.xen.event.EventSettings;
import io.faultline.backend.xen.guest.XenEventGuestDriver;
import io.faultline.backend.xen.host.DomainSettings;
import io.faultline.backend.xen.pagefault.PageFaultSettings;

/** What machines in the style of Xen can do. */
final class XenCapabilities {
    private static final String NO_SDEI = "Xen has no software delegated exceptions";
    private static final String NOT_KVM = "the interface is that of xen-event";
    private static final String NO_OFFER = "the request does not offer asynchronous page faults to the guest";

    private XenCapabilities() {}

    /**
     * Collects the capabilities.
     *
     * @param settings the choices
     * @param offered whether asynchronous page faults are offered to the guest
     * @return the set
     */
    static CapabilitySet of(DomainSettings settings, boolean offered) {
        CapabilitySet.Builder builder = CapabilitySet.builder()
                .with(Capabilities.VCPUS, settings.vcpus().limit())
                .with(Capabilities.SAVE_RESTORE, true)
                .with(Capabilities.TIMERS, true)
                .with(Capabilities.PSCI, true)
                .with(Capabilities.PPI, true)
                .with(Capabilities.PAGING, true)
                .with(Capabilities.MEMORY_PAGER, true)
                .with(Capabilities.INTERRUPT_LINES, MachineLayout.INTERRUPT_LINES)
                .with(
                        Capabilities.EVENT_CHANNELS,
                        new EventChannelLimits(settings.events().maxPorts()))
                .with(Capabilities.EVENT_CHANNELS_VIRQ, true)
                .without(Capabilities.EL2, "a hypercall is HVC of EL1")
                .without(Capabilities.SDEI, NO_SDEI)
                .without(Capabilities.SDEI_PLATFORM_EVENTS, NO_SDEI)
                .without(Capabilities.SDEI_BIND, NO_SDEI);
        if (offered) {
            addPageFaults(builder, settings.pageFaults());
        } else {
            withoutPageFaults(builder);
        }
        if (settings.events().fifo() == EventSettings.Fifo.PRESENT) {
            builder.with(Capabilities.EVENT_CHANNELS_FIFO, true);
        } else {
            builder.without(Capabilities.EVENT_CHANNELS_FIFO, "xen.fifo is set to absent");
        }
        int xenOwned = settings.events().xenOwnedPorts();
        if (xenOwned > 0) {
            builder.with(Capabilities.EVENT_CHANNELS_XEN_OWNED, xenOwned);
        } else {
            builder.without(Capabilities.EVENT_CHANNELS_XEN_OWNED, "xen.xen-owned-ports is set to 0");
        }
        return builder.build();
    }

    private static void addPageFaults(CapabilitySet.Builder builder, PageFaultSettings settings) {
        int slots = settings.policy().limit();
        builder.with(
                        Capabilities.ASYNC_PAGE_FAULTS,
                        new AsyncPageFaultLimits(XenEventGuestDriver.MECHANISM, slots, true, false, false))
                .with(Capabilities.APF_XEN, true)
                .with(Capabilities.APF_IMMEDIATE, true)
                .with(Capabilities.APF_DECLINE, true)
                .without(Capabilities.APF_KVM, NOT_KVM)
                .without(Capabilities.APF_KVM_SDEI, NOT_KVM)
                .without(Capabilities.APF_KVM_PPI, NOT_KVM);
    }

    private static void withoutPageFaults(CapabilitySet.Builder builder) {
        builder.without(Capabilities.ASYNC_PAGE_FAULTS, NO_OFFER)
                .without(Capabilities.APF_XEN, NO_OFFER)
                .without(Capabilities.APF_IMMEDIATE, NO_OFFER)
                .without(Capabilities.APF_DECLINE, NO_OFFER)
                .without(Capabilities.APF_KVM, NO_OFFER)
                .without(Capabilities.APF_KVM_SDEI, NO_OFFER)
                .without(Capabilities.APF_KVM_PPI, NO_OFFER);
    }
}
