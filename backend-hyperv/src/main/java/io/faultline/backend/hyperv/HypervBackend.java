/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import com.google.inject.Module;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CoreBackend;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.hyperv.guest.HypervFlagGuestDriver;
import io.faultline.backend.hyperv.guest.HypervMessageGuestDriver;
import io.faultline.backend.hyperv.partition.PartitionSettings;
import io.faultline.backend.hyperv.port.Neighbourhood;
import java.util.List;
import java.util.Set;

/** An open backend. */
final class HypervBackend extends CoreBackend {
    private static final int STATE_VERSION = 1;
    private static final BackendIdentity IDENTITY = new BackendIdentity(HypervBackendProvider.ID, STATE_VERSION);
    private static final Set<Class<? extends NotificationChannel>> CHANNELS =
            Set.of(NotificationChannel.Synic.class, NotificationChannel.Ppi.class);

    private final PartitionSettings settings;
    private final Neighbourhood neighbourhood = new Neighbourhood();
    private final Module[] overrides;

    HypervBackend(PartitionSettings settings, Module... overrides) {
        super(IDENTITY);
        this.settings = settings;
        this.overrides = overrides;
    }

    @Override
    public BackendDescriptor descriptor() {
        return new HypervBackendProvider().descriptor();
    }

    @Override
    public CapabilitySet capabilities() {
        return HypervCapabilities.of(settings, true);
    }

    @Override
    protected MachinePlan plan(BackendIdentity identity, MachineRequest request) {
        return new CorePlan(
                identity,
                request,
                HypervCapabilities.of(settings, request.asyncPageFaults().isPresent()),
                CHANNELS,
                List.of(),
                settings.hardware(),
                () -> new HypervPersonality(settings, neighbourhood, overrides));
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        return List.of(new HypervMessageGuestDriver(), new HypervFlagGuestDriver());
    }
}
