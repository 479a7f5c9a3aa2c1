/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.machine.MachineRequest.AsyncPageFaultRequest;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.pagefault.PageFaultControl;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of the interface of one machine have in common.
 *
 * @since 0.1
 */
public final class ApfMachine {
    private final Host host;
    private final ApfRoute route;
    private final OptionalInt event;
    private final int interrupt;
    private final ControlBlocks blocks;
    private final AreaAccess area;
    private @Nullable PageFaultControl control;

    ApfMachine(Host host, ApfRoute route, AsyncPageFaultRequest numbers, PageFaultDecoration decoration) {
        this.host = Objects.requireNonNull(host, "host");
        this.route = Objects.requireNonNull(route, "route");
        this.event = numbers.event();
        // A plan without it is refused.
        this.interrupt = numbers.interrupt().orElseThrow();
        this.blocks = new ControlBlocks(host.vcpuCount(), route);
        this.area = decoration.area(new StandardArea(host, blocks), this);
    }

    /**
     * Returns the machine.
     *
     * @return the machine
     */
    public Host host() {
        return host;
    }

    /**
     * Returns how the guest is told.
     *
     * @return the route
     */
    public ApfRoute route() {
        return route;
    }

    /**
     * Returns the event that carries not-present.
     *
     * @return number of a private event; empty on the route by PPI
     */
    public OptionalInt event() {
        return event;
    }

    /**
     * Returns the interrupt that carries ready, and not-present on the route by PPI.
     *
     * @return INTID of a PPI
     */
    public int interrupt() {
        return interrupt;
    }

    /**
     * Returns what the guest has set up.
     *
     * @return the control blocks
     */
    public ControlBlocks blocks() {
        return blocks;
    }

    /**
     * Returns the shared areas.
     *
     * @return the areas
     */
    public AreaAccess area() {
        return area;
    }

    /**
     * Returns the engine.
     *
     * @return what to tell it
     * @throws IllegalStateException if it is not connected yet
     */
    public PageFaultControl control() {
        PageFaultControl connected = control;
        if (connected == null) {
            throw new IllegalStateException("the engine is not connected yet");
        }
        return connected;
    }

    void connect(PageFaultControl engine) {
        control = Objects.requireNonNull(engine, "engine");
    }
}
