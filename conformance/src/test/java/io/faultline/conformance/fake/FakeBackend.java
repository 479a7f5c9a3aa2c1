/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.fake;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.Setting;
import java.util.List;

/** A backend that does what a test of the framework tells it. */
public final class FakeBackend implements HypervisorBackend {
    /** Who it is. */
    public static final BackendDescriptor DESCRIPTOR = new BackendDescriptor(
            "fake", "Fake <backend>", "tests", "1", List.of(Setting.choice("mood", "how it behaves", "good", "odd")));

    /** Decides the result of a call. */
    @FunctionalInterface
    public interface Call {
        /** Gives X0 for a function and X1. */
        long call(int function, long argument);
    }

    /** What a call does. */
    public Call call = (function, argument) -> argument;
    /** How many of the next steps divert to {@link #dueTarget}. */
    public int due;
    /** Where a diversion goes. */
    public long dueTarget = 0x4000_2000L;
    /** Whether closing a machine throws. */
    public boolean brokenClose;
    /** Whether restoring is refused. */
    public boolean refusesState;
    /** Whether saved state has no register values. */
    public boolean forgetsRegisters;
    /** How many machines were closed. */
    public int closed;
    /** How many times a machine was saved. */
    public int saves;
    /** The VMM's side of absent pages. */
    public AsyncPageFaults faults;
    /** What every plan refuses. */
    public List<String> refusals = List.of();
    /** What it can do. */
    public CapabilitySet capabilities = CapabilitySet.builder()
            .with(Capabilities.VCPUS, 2)
            .with(Capabilities.SAVE_RESTORE, true)
            .build();

    @Override
    public BackendDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public CapabilitySet capabilities() {
        return capabilities;
    }

    @Override
    public MachinePlan plan(MachineRequest request) {
        return new MachinePlan() {
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
                return new FakeMachine(FakeBackend.this, request);
            }
        };
    }

    @Override
    public List<GuestDriver> guestDrivers() {
        return List.of();
    }

    @Override
    public void close() {
        closed += 1000;
    }
}
