/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import com.google.inject.Module;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CoreBackend;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.xen.guest.XenEventGuestDriver;
import io.faultline.backend.xen.host.DomainLayout;
import io.faultline.backend.xen.host.DomainSettings;
import io.faultline.backend.xen.host.DomainTable;
import io.faultline.backend.xen.host.Neighbours;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** An open backend: the domains of one host. */
final class XenBackend extends CoreBackend {
    private static final int STATE_VERSION = 1;
    private static final BackendIdentity IDENTITY = new BackendIdentity(XenBackendProvider.ID, STATE_VERSION);
    private static final Set<Class<? extends NotificationChannel>> CHANNELS =
            Set.of(NotificationChannel.EventChannel.class, NotificationChannel.Ppi.class);

    private final DomainSettings settings;
    private final Module[] overrides;
    private final DomainTable domains = new DomainTable();

    XenBackend(DomainSettings settings, Module... overrides) {
        super(IDENTITY);
        this.settings = settings;
        this.overrides = overrides;
    }

    @Override
    public BackendDescriptor descriptor() {
        return new XenBackendProvider().descriptor();
    }

    @Override
    public CapabilitySet capabilities() {
        return XenCapabilities.of(settings, true);
    }

    @Override
    protected MachinePlan plan(BackendIdentity identity, MachineRequest request) {
        return new CorePlan(
                identity,
                request,
                XenCapabilities.of(settings, request.asyncPageFaults().isPresent()),
                CHANNELS,
                refusals(request),
                settings.hardware(),
                () -> new XenPersonality(settings, host(), overrides));
    }

    private DomainTable host() {
        return settings.neighbours() == Neighbours.MACHINES ? domains : new DomainTable();
    }

    private List<String> refusals(MachineRequest request) {
        List<String> refusals = new ArrayList<>();
        for (MemoryRegion region : DomainLayout.overlaps(request.memory())) {
            refusals.add(region + " overlaps the grant table and the rings of Xen at " + DomainLayout.RESERVED + ".");
        }
        for (NotificationChannel channel : request.channels()) {
            if (channel instanceof NotificationChannel.Ppi ppi
                    && ppi.interrupt().number() == settings.vcpus().eventInterrupt()) {
                refusals.add(ppi.interrupt() + " has two owners: the VMM and the event channels of Xen.");
            } else if (channel instanceof NotificationChannel.EventChannel event
                    && event.port() > settings.events().maxPorts()) {
                refusals.add("Port " + event.port() + " is above the limit of "
                        + settings.events().maxPorts() + " (xen.max-ports).");
            }
        }
        return refusals;
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        return List.of(new XenEventGuestDriver(settings.vcpus().eventInterrupt()));
    }
}
