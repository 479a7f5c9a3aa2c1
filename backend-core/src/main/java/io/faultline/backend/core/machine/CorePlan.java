/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.NotificationChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The plan of a {@link CoreMachine}.
 *
 * <p>It refuses what no machine can have: a number of vCPUs outside the limits, memory that overlaps other memory or the
 * interrupt controller, kinds of channels that the backend does not have, capabilities that are absent, and numbers of
 * private interrupts and SDEI events with two owners. A backend adds what only it knows.
 *
 * @since 0.1
 */
public final class CorePlan implements MachinePlan {
    private final BackendIdentity identity;
    private final MachineRequest request;
    private final CapabilitySet capabilities;
    private final List<String> refusals;
    private final HardwareSettings settings;
    private final Supplier<? extends Personality> personalities;

    /**
     * Judges a request.
     *
     * @param identity who builds the machine
     * @param request what the VMM wants
     * @param capabilities what the machine will be able to do under this request
     * @param channelTypes the kinds of channels that the backend has
     * @param ownRefusals what the backend itself refuses, one sentence each
     * @param settings choices of the hardware model
     * @param personalities makes a new personality for each machine
     */
    public CorePlan(
            BackendIdentity identity,
            MachineRequest request,
            CapabilitySet capabilities,
            Set<Class<? extends NotificationChannel>> channelTypes,
            List<String> ownRefusals,
            HardwareSettings settings,
            Supplier<? extends Personality> personalities) {
        this.identity = Objects.requireNonNull(identity, "identity");
        this.request = Objects.requireNonNull(request, "request");
        this.capabilities = Objects.requireNonNull(capabilities, "capabilities");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.personalities = Objects.requireNonNull(personalities, "personalities");
        List<String> all = new ArrayList<>(RequestJudge.refusals(request, capabilities, channelTypes));
        all.addAll(ownRefusals);
        refusals = List.copyOf(all);
    }

    @Override
    public MachineRequest request() {
        return request;
    }

    @Override
    public CapabilitySet capabilities() {
        return capabilities;
    }

    @Override
    public List<String> refusals() {
        return refusals;
    }

    @Override
    public Machine build() {
        if (!refusals.isEmpty()) {
            throw new HypervisorException(
                    ErrorId.PLAN_REFUSED,
                    "building a machine was refused: " + String.join(" ", refusals),
                    "backend " + identity.backend(),
                    "change the request");
        }
        return new CoreMachine(identity, request, capabilities, settings, personalities);
    }
}
