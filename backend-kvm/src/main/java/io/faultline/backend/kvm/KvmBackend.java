/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CoreBackend;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.kvm.guest.KvmPpiGuestDriver;
import io.faultline.backend.kvm.guest.KvmSdeiGuestDriver;
import io.faultline.backend.kvm.pagefault.ApfRoute;
import io.faultline.backend.kvm.pagefault.ApfSettings;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** An open backend. */
final class KvmBackend extends CoreBackend {
    private static final int STATE_VERSION = 1;
    private static final BackendIdentity IDENTITY = new BackendIdentity(KvmBackendProvider.ID, STATE_VERSION);
    private static final Set<Class<? extends NotificationChannel>> CHANNELS =
            Set.of(NotificationChannel.SdeiEvent.class, NotificationChannel.Ppi.class);

    private final SdeiPolicy policy;
    private final ApfSettings pageFaults;
    private final HardwareSettings hardware;
    private final Supplier<KvmPersonality> personalities;

    KvmBackend(
            SdeiPolicy policy,
            ApfSettings pageFaults,
            HardwareSettings hardware,
            Supplier<KvmPersonality> personalities) {
        super(IDENTITY);
        this.hardware = hardware;
        this.policy = policy;
        this.pageFaults = pageFaults;
        this.personalities = personalities;
    }

    @Override
    public BackendDescriptor descriptor() {
        return new KvmBackendProvider().descriptor();
    }

    @Override
    public CapabilitySet capabilities() {
        return KvmCapabilities.of(policy, pageFaults, true);
    }

    @Override
    protected MachinePlan plan(BackendIdentity identity, MachineRequest request) {
        CapabilitySet capabilities =
                KvmCapabilities.of(policy, pageFaults, request.asyncPageFaults().isPresent());
        return new CorePlan(
                identity, request, capabilities, CHANNELS, EventConflicts.of(request, policy), hardware, personalities);
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        if (pageFaults.route() == ApfRoute.PPI) {
            return List.of(new KvmPpiGuestDriver(pageFaults.function()));
        }
        return policy.isOffered() ? List.of(new KvmSdeiGuestDriver(pageFaults.function())) : List.of();
    }
}
