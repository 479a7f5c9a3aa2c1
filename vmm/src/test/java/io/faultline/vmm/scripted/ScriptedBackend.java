/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.SdeiLimits;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A backend whose vCPUs do what a test says instead of executing instructions. */
public final class ScriptedBackend implements HypervisorBackend {
    private final boolean asyncPageFaults;
    private final boolean paging;
    private boolean sdei;
    private boolean synic;
    private final List<List<Move>> scripts = new ArrayList<>();
    private Optional<ScriptedMachine> machine = Optional.empty();
    private Optional<MachineRequest> request = Optional.empty();

    private Optional<ScriptedConsole> console = Optional.empty();
    private List<PlatformNode> nodes = List.of();

    private ScriptedBackend(boolean asyncPageFaults, boolean paging) {
        this.asyncPageFaults = asyncPageFaults;
        this.paging = paging;
    }

    /** A backend that tells guests of absent pages. */
    public static ScriptedBackend complete() {
        return new ScriptedBackend(true, true);
    }

    /** A backend whose pages cannot be absent. */
    public static ScriptedBackend withoutPaging() {
        return new ScriptedBackend(false, false);
    }

    /** Adds SDEI events for the VMM. */
    public ScriptedBackend withSdei() {
        sdei = true;
        return this;
    }

    /** Adds synthetic interrupt controllers. */
    public ScriptedBackend withSynic() {
        synic = true;
        return this;
    }

    /** Adds the script of the next vCPU. After its last move a vCPU repeats it. */
    public ScriptedBackend vcpu(Move... moves) {
        scripts.add(List.of(moves));
        return this;
    }

    public ScriptedMachine machine() {
        return machine.orElseThrow();
    }

    public MachineRequest request() {
        return request.orElseThrow();
    }

    /** Gives the guest a console, or a node of the device tree. */
    public ScriptedBackend console(ScriptedConsole given) {
        console = Optional.of(given);
        return this;
    }

    public ScriptedBackend node(PlatformNode node) {
        nodes = List.of(node);
        return this;
    }

    @Override
    public BackendDescriptor descriptor() {
        return new BackendDescriptor("scripted", "Scripted", "tests", "1", List.of());
    }

    @Override
    public CapabilitySet capabilities() {
        CapabilitySet.Builder set = CapabilitySet.builder().with(Capabilities.VCPUS, 8);
        if (sdei) {
            set.with(Capabilities.SDEI, new SdeiLimits(0, 0, 0)).with(Capabilities.SDEI_PLATFORM_EVENTS, 1);
        }
        if (synic) {
            set.with(Capabilities.SYNIC, true);
        }
        return asyncPageFaults
                ? set.with(Capabilities.ASYNC_PAGE_FAULTS, new AsyncPageFaultLimits("scripted", 1, true, true))
                        .build()
                : set.build();
    }

    @Override
    public MachinePlan plan(MachineRequest wanted) {
        return new MachinePlan() {
            @Override
            public MachineRequest request() {
                return wanted;
            }

            @Override
            public CapabilitySet capabilities() {
                return ScriptedBackend.this.capabilities();
            }

            @Override
            public List<String> refusals() {
                return wanted.vcpus() > 8 ? List.of("there are only 8 vCPUs") : List.of();
            }

            @Override
            public Machine build() {
                if (!refusals().isEmpty()) {
                    throw new HypervisorException(
                            ErrorId.PLAN_REFUSED, refusals().get(0), "backend scripted", "");
                }
                ScriptedMachine built = new ScriptedMachine(wanted, scripts, paging, capabilities(), console, nodes);
                machine = Optional.of(built);
                request = Optional.of(wanted);
                return built;
            }
        };
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        return List.of();
    }

    @Override
    public void close() {}
}
