/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.xen.console.ConsoleSettings;
import io.faultline.backend.xen.event.EventSettings;
import io.faultline.backend.xen.hypercall.HypercallSettings;
import io.faultline.backend.xen.memory.MemorySettings;
import io.faultline.backend.xen.pagefault.PageFaultSettings;
import io.faultline.backend.xen.store.StoreSettings;
import io.faultline.backend.xen.vcpu.VcpuPolicy;
import io.faultline.backend.xen.version.HypervisorVersion;
import java.util.ArrayList;
import java.util.List;

/**
 * The choices of a backend in the style of Xen.
 *
 * @param neighbours whether machines are domains of one host
 * @param hypercalls of the hypercall ABI
 * @param version what xen_version says
 * @param events of event channels
 * @param vcpus of vcpu_info and the event interrupt
 * @param memory of shared pages
 * @param console of the console
 * @param store of xenstore
 * @param pageFaults of asynchronous page faults
 * @param hardware of the hardware model
 */
public record DomainSettings(
        Neighbours neighbours,
        HypercallSettings hypercalls,
        HypervisorVersion version,
        EventSettings events,
        VcpuPolicy vcpus,
        MemorySettings memory,
        ConsoleSettings console,
        StoreSettings store,
        PageFaultSettings pageFaults,
        HardwareSettings hardware) {
    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        List<Setting> all = new ArrayList<>();
        all.addAll(HypervisorVersion.settings());
        all.addAll(Neighbours.settings());
        all.addAll(HypercallSettings.settings());
        all.addAll(EventSettings.settings());
        all.addAll(VcpuPolicy.settings());
        all.addAll(MemorySettings.settings());
        all.addAll(ConsoleSettings.settings());
        all.addAll(StoreSettings.settings());
        all.addAll(PageFaultSettings.settings());
        all.addAll(HardwareSettings.settings());
        return all;
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static DomainSettings of(BackendConfiguration configuration) {
        return new DomainSettings(
                Neighbours.of(configuration),
                HypercallSettings.of(configuration),
                HypervisorVersion.of(configuration),
                EventSettings.of(configuration),
                VcpuPolicy.of(configuration),
                MemorySettings.of(configuration),
                ConsoleSettings.of(configuration),
                StoreSettings.of(configuration),
                PageFaultSettings.of(configuration),
                HardwareSettings.of(configuration));
    }
}
