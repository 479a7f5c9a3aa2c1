/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;

/**
 * How long each vCPU has run, HvRegisterVpRuntime, in units of 100 ns of virtual time (hyperv.md 2.7).
 *
 * @since 0.1
 */
@Singleton
public final class Runtimes implements PartitionPart, RegisterGroup {
    /** Number of the register. */
    public static final int REGISTER = 0x9_0000;

    private static final int UNIT = 100;
    private static final long NOT_RUNNING = -1;

    private final Host host;
    private final long[] nanos;
    private final long[] since;
    private int executing;

    @Inject
    Runtimes(Host host) {
        this.host = host;
        nanos = new long[host.vcpuCount()];
        since = new long[host.vcpuCount()];
        reset();
    }

    /**
     * Returns which vCPU makes the call that is handled: one thread drives all of them.
     *
     * @return index of the vCPU that began to execute last
     */
    int executing() {
        return executing;
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(RegisterRange.readOnly(REGISTER, REGISTER, Privilege.VP_RUNTIME.bit()));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        long running = since[vcpu] == NOT_RUNNING ? 0 : host.now() - since[vcpu];
        value.set((nanos[vcpu] + running) / UNIT);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        return Status.INVALID_PARAMETER;
    }

    @Override
    public void entered(int vcpu) {
        executing = vcpu;
        since[vcpu] = host.now();
    }

    @Override
    public void left(int vcpu) {
        if (since[vcpu] != NOT_RUNNING) {
            nanos[vcpu] += host.now() - since[vcpu];
            since[vcpu] = NOT_RUNNING;
        }
    }

    @Override
    public String stateName() {
        return "runtime";
    }

    @Override
    public void reset() {
        for (int i = 0; i < nanos.length; i++) {
            resetVcpu(i);
        }
    }

    @Override
    public void resetVcpu(int vcpu) {
        nanos[vcpu] = 0;
        since[vcpu] = NOT_RUNNING;
    }

    /** Nobody runs while a machine is saved. */
    @Override
    public void save(StateWriter writer) {
        writer.words("nanos", nanos.clone());
    }

    @Override
    public void restore(StateReader reader) {
        System.arraycopy(reader.words("nanos", nanos.length), 0, nanos, 0, nanos.length);
        Arrays.fill(since, NOT_RUNNING);
    }
}
