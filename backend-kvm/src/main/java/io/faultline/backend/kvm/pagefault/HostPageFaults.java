/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.HostOnlyPorts;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.kvm.sdei.SdeiInjector;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Absent pages of which the guest is never told: it has no call to ask for that.
 *
 * @since 0.1
 */
public final class HostPageFaults implements PageFaultFront {
    /** Makes the front. */
    @Inject
    public HostPageFaults() {}

    @Override
    public AbsentPageHandler attach(Host host, Optional<SdeiInjector> events) {
        return new PageFaultService(host, new HostOnlyPorts(Policy.builder().build()));
    }

    @Override
    public boolean call(VirtualProcessor vcpu, int function) {
        return false;
    }

    @Override
    public String stateName() {
        return "host-page-faults";
    }

    @Override
    public boolean isPresent() {
        return false;
    }

    @Override
    public void reset() {
        // there is no state
    }

    @Override
    public void save(StateWriter writer) {
        // there is no state
    }

    @Override
    public void restore(StateReader reader) {
        // there is no state
    }
}
