/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.spi.HypervisorBackend;
import java.util.Objects;

/**
 * An open backend, until it is closed. Machines that it has planned or built before are not touched by that.
 *
 * <p>Thread-safe, as {@link HypervisorBackend} asks, if the subclass is.
 *
 * @since 0.1
 */
public abstract class CoreBackend implements HypervisorBackend {
    private final BackendIdentity identity;
    private volatile boolean closed;

    /**
     * Opens a backend.
     *
     * @param identity who plans the machines
     */
    protected CoreBackend(BackendIdentity identity) {
        this.identity = Objects.requireNonNull(identity, "identity");
    }

    /**
     * Judges a request; called only while the backend is open.
     *
     * @param identity who plans the machine
     * @param request what the VMM wants
     * @return the plan
     */
    protected abstract MachinePlan plan(BackendIdentity identity, MachineRequest request);

    @Override
    public final MachinePlan plan(MachineRequest request) {
        if (closed) {
            throw new HypervisorException(
                    ErrorId.CLOSED,
                    "planning a machine with a backend that was closed",
                    "backend " + identity.backend(),
                    "open another one");
        }
        return plan(identity, request);
    }

    @Override
    public final void close() {
        closed = true;
    }
}
