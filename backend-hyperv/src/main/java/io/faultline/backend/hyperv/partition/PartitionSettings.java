/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.hyperv.feature.FeatureSettings;
import io.faultline.backend.hyperv.feature.Features;
import io.faultline.backend.hyperv.hypercall.HypercallSettings;
import io.faultline.backend.hyperv.pagefault.PageFaultSettings;
import io.faultline.backend.hyperv.port.PortSettings;
import io.faultline.backend.hyperv.register.OtherVcpus;
import io.faultline.backend.hyperv.synic.SynicSettings;
import io.faultline.backend.hyperv.synic.SynicSettings.Polling;
import io.faultline.backend.hyperv.timer.TimerSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * The choices of a backend in the style of Hyper-V.
 *
 * @param hypercalls of the hypercall ABI
 * @param features privileges and what the hypervisor says of itself
 * @param otherVcpus whether a vCPU may reach registers of another one
 * @param synic of the synthetic interrupt controllers
 * @param ports of ports and connections
 * @param timers which synthetic timers the guest has
 * @param pageFaults of asynchronous page faults
 * @param hardware of the hardware model
 * @since 0.1
 */
public record PartitionSettings(
        HypercallSettings hypercalls,
        FeatureSettings features,
        OtherVcpus otherVcpus,
        SynicSettings synic,
        PortSettings ports,
        TimerSettings timers,
        PageFaultSettings pageFaults,
        HardwareSettings hardware) {
    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        List<Setting> all = new ArrayList<>();
        all.addAll(HypercallSettings.settings());
        all.addAll(FeatureSettings.settings());
        all.addAll(OtherVcpus.settings());
        all.addAll(SynicSettings.settings());
        all.addAll(PortSettings.settings());
        all.addAll(TimerSettings.settings());
        all.addAll(PageFaultSettings.settings());
        all.addAll(HardwareSettings.settings());
        return all;
    }

    /**
     * Returns what the guest reads of its hypervisor.
     *
     * @param hasPageFaults whether the guest is offered asynchronous page faults
     * @return the features
     */
    public Features features(boolean hasPageFaults) {
        return new Features(
                features, timers.isPresent(), timers.isDirect(), synic.polling() == Polling.PRESENT, hasPageFaults);
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static PartitionSettings of(BackendConfiguration configuration) {
        return new PartitionSettings(
                HypercallSettings.of(configuration),
                FeatureSettings.of(configuration),
                OtherVcpus.of(configuration),
                SynicSettings.of(configuration),
                PortSettings.of(configuration),
                TimerSettings.of(configuration),
                PageFaultSettings.of(configuration),
                HardwareSettings.of(configuration));
    }
}
