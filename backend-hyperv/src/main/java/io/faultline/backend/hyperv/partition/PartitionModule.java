/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.feature.Features;
import io.faultline.backend.hyperv.feature.Identity;
import io.faultline.backend.hyperv.hypercall.ForbiddenPages;
import io.faultline.backend.hyperv.hypercall.Gate;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.HypercallDecoration;
import io.faultline.backend.hyperv.hypercall.Hypercalls;
import io.faultline.backend.hyperv.intercept.InterceptModule;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.pagefault.PageFaultModule;
import io.faultline.backend.hyperv.part.PartDecoration;
import io.faultline.backend.hyperv.port.Neighbourhood;
import io.faultline.backend.hyperv.port.PortModule;
import io.faultline.backend.hyperv.register.RegisterCall;
import io.faultline.backend.hyperv.register.RegisterDecoration;
import io.faultline.backend.hyperv.register.Registers;
import io.faultline.backend.hyperv.synic.SynicModule;
import io.faultline.backend.hyperv.timer.TimerModule;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Binds the parts of one machine. Every binding may be overridden. */
final class PartitionModule extends AbstractModule {
    private final PartitionSettings settings;
    private final Neighbourhood neighbourhood;
    private final Host host;

    PartitionModule(PartitionSettings settings, Neighbourhood neighbourhood, Host host) {
        this.settings = settings;
        this.neighbourhood = neighbourhood;
        this.host = host;
    }

    @Override
    protected void configure() {
        install(new SynicModule(settings.synic()));
        install(new PortModule(settings.ports(), neighbourhood));
        bind(PartitionSettings.class).toInstance(settings);
        bind(Host.class).toInstance(host);
        bind(Gate.class).to(Identity.class);
        bind(OverlayFrames.class).toInstance(new OverlayFrames(host));
        bind(HypercallDecoration.class).toInstance(HypercallDecoration.NONE);
        bind(RegisterDecoration.class).toInstance(RegisterDecoration.NONE);
        bind(PartDecoration.class).toInstance(PartDecoration.NONE);
        bind(GuestCalls.class).to(StandardGuestCalls.class);
        bind(Features.class)
                .toInstance(settings.features(host.request().asyncPageFaults().isPresent()));
        install(new InterceptModule());
        install(new TimerModule(settings.timers()));
        install(new PageFaultModule(settings.pageFaults()));
        bind(Partition.class).in(Scopes.SINGLETON);
    }

    @Provides
    @Singleton
    Registers registers(PartitionParts parts, RegisterDecoration decoration, Gate gate) {
        return new Registers(
                parts.registers().stream().map(decoration::decorate).toList(), gate);
    }

    @Provides
    @Singleton
    Hypercalls hypercalls(
            PartitionParts parts,
            Registers registers,
            HypercallDecoration decoration,
            Gate gate,
            ForbiddenPages forbidden) {
        List<Hypercall> calls = new ArrayList<>(parts.hypercalls());
        calls.add(RegisterCall.get(registers, settings.otherVcpus(), host.vcpuCount()));
        calls.add(RegisterCall.set(registers, settings.otherVcpus(), host.vcpuCount()));
        calls.add(new PartitionIdCall());
        calls.add(new SpinWaitCall());
        calls.addAll(DeniedCalls.all());
        return new Hypercalls(host, calls, decoration, settings.hypercalls(), gate, forbidden);
    }
}
