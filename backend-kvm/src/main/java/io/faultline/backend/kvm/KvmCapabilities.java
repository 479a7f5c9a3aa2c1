/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.arm64.SmcccFunctionId;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.SdeiLimits;
import io.faultline.backend.core.machine.MachineLayout;
import io.faultline.backend.kvm.pagefault.ApfRoute;
import io.faultline.backend.kvm.pagefault.ApfSettings;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;

/** What machines in the style of KVM can do. */
final class KvmCapabilities {
    /** Largest number of events that a VMM may define. */
    static final int PLATFORM_EVENTS = 64;

    private static final String NO_DISPATCHER = "sdei.dispatcher is set to absent";
    private static final String NO_SLOTS = "sdei.private-slots and sdei.shared-slots are 0";
    private static final String NO_OFFER = "the request does not offer asynchronous page faults to the guest";

    private KvmCapabilities() {}

    /**
     * Collects the capabilities.
     *
     * @param policy the choices of the dispatcher
     * @param pageFaults the choices of asynchronous page faults
     * @param offered whether asynchronous page faults are offered to the guest
     * @return the set
     */
    static CapabilitySet of(SdeiPolicy policy, ApfSettings pageFaults, boolean offered) {
        CapabilitySet.Builder builder = CapabilitySet.builder()
                .with(Capabilities.VCPUS, MachineLayout.MAX_VCPUS)
                .with(Capabilities.SAVE_RESTORE, true)
                .with(Capabilities.TIMERS, true)
                .with(Capabilities.PSCI, true)
                .with(Capabilities.PPI, true)
                .with(Capabilities.PAGING, true)
                .with(Capabilities.EL2, true)
                .with(Capabilities.INTERRUPT_LINES, MachineLayout.INTERRUPT_LINES);
        if (policy.isOffered()) {
            builder.with(
                            Capabilities.SDEI,
                            new SdeiLimits(policy.minorVersion(), policy.privateSlots(), policy.sharedSlots()))
                    .with(Capabilities.SDEI_PLATFORM_EVENTS, PLATFORM_EVENTS);
            if (policy.hasSlots()) {
                builder.with(Capabilities.SDEI_BIND, true);
            } else {
                builder.without(Capabilities.SDEI_BIND, NO_SLOTS);
            }
        } else {
            builder.without(Capabilities.SDEI, NO_DISPATCHER)
                    .without(Capabilities.SDEI_PLATFORM_EVENTS, NO_DISPATCHER)
                    .without(Capabilities.SDEI_BIND, NO_DISPATCHER);
        }
        if (!policy.isOffered() && pageFaults.route().needsEvent()) {
            withoutPageFaults(builder, NO_DISPATCHER);
        } else if (offered) {
            addPageFaults(builder, pageFaults);
        } else {
            withoutPageFaults(builder, NO_OFFER);
        }
        return builder.build();
    }

    private static void withoutPageFaults(CapabilitySet.Builder builder, String reason) {
        builder.without(Capabilities.ASYNC_PAGE_FAULTS, reason)
                .without(Capabilities.APF_IMMEDIATE, reason)
                .without(Capabilities.APF_KVM, reason)
                .without(Capabilities.APF_KVM_SDEI, reason)
                .without(Capabilities.APF_KVM_PPI, reason)
                .without(Capabilities.APF_DECLINE, reason);
    }

    private static void addPageFaults(CapabilitySet.Builder builder, ApfSettings settings) {
        int slots = settings.policy().limit();
        ApfRoute route = settings.route();
        SmcccFunctionId function = new SmcccFunctionId(settings.function());
        builder.with(
                        Capabilities.ASYNC_PAGE_FAULTS,
                        new AsyncPageFaultLimits(route.mechanism(), slots, settings.isImmediate(), route.needsEvent()))
                .with(Capabilities.APF_KVM, function);
        if (settings.isImmediate()) {
            builder.with(Capabilities.APF_IMMEDIATE, true);
        } else {
            builder.without(Capabilities.APF_IMMEDIATE, "apf.inject is set to pending");
        }
        if (route == ApfRoute.SDEI) {
            builder.with(Capabilities.APF_KVM_SDEI, function)
                    .without(Capabilities.APF_KVM_PPI, "apf.route is set to sdei");
        } else {
            builder.with(Capabilities.APF_KVM_PPI, function)
                    .without(Capabilities.APF_KVM_SDEI, "apf.route is set to ppi");
        }
        if (settings.isReplyHonoured()) {
            builder.with(Capabilities.APF_DECLINE, true);
        } else {
            builder.without(Capabilities.APF_DECLINE, "apf.reply is set to ignored");
        }
    }
}
