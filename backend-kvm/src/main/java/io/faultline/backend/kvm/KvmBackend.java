/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.core.machine.BackendIdentity;
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
final class KvmBackend implements HypervisorBackend {
    private static final int STATE_VERSION = 1;
    private static final BackendIdentity IDENTITY = new BackendIdentity(KvmBackendProvider.ID, STATE_VERSION);
    private static final Set<Class<? extends NotificationChannel>> CHANNELS =
            Set.of(NotificationChannel.SdeiEvent.class, NotificationChannel.Ppi.class);

    private final SdeiPolicy policy;
    private final ApfSettings pageFaults;
    private final HardwareSettings hardware;
    private final Supplier<KvmPersonality> personalities;
    private volatile boolean closed;

    KvmBackend(
            SdeiPolicy policy,
            ApfSettings pageFaults,
            HardwareSettings hardware,
            Supplier<KvmPersonality> personalities) {
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
    public MachinePlan plan(MachineRequest request) {
        if (closed) {
            throw new HypervisorException(
                    ErrorId.CLOSED,
                    "planning a machine with a backend that was closed",
                    "backend " + KvmBackendProvider.ID,
                    "open another one");
        }
        CapabilitySet capabilities =
                KvmCapabilities.of(policy, pageFaults, request.asyncPageFaults().isPresent());
        return new CorePlan(
                IDENTITY, request, capabilities, CHANNELS, EventConflicts.of(request, policy), hardware, personalities);
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        if (pageFaults.route() == ApfRoute.PPI) {
            return List.of(new KvmPpiGuestDriver(pageFaults.function()));
        }
        return policy.isOffered() ? List.of(new KvmSdeiGuestDriver(pageFaults.function())) : List.of();
    }

    @Override
    public void close() {
        closed = true;
    }
}
