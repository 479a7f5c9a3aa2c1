/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.frugal;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import java.util.List;

/** Machines are those of the backend underneath. */
record FrugalBackend(BackendDescriptor descriptor, HypervisorBackend below) implements HypervisorBackend {
    @Override
    public CapabilitySet capabilities() {
        return below.capabilities();
    }

    @Override
    public MachinePlan plan(MachineRequest request) {
        return below.plan(request);
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        return below.guestDrivers();
    }

    @Override
    public void close() {
        below.close();
    }
}
