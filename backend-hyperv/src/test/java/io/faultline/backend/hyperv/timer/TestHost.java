/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.api.machine.MachineRequest;
import io.faultline.api.trace.TraceSink;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.Optional;

/** A machine of which there is only the time. */
final class TestHost implements Host {
    private final int vcpus;
    long now;

    TestHost(int vcpus) {
        this.vcpus = vcpus;
    }

    @Override
    public int vcpuCount() {
        return vcpus;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public void elapse(long nanos) {
        now += nanos;
    }

    @Override
    public VirtualProcessor vcpu(int index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<VirtualProcessor> byAffinity(long mpidr) {
        throw new UnsupportedOperationException();
    }

    @Override
    public GuestRam ram() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Stage2 stage2() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void renew(long page) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isPinned(long page) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long privateFrame(int index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isRehearsal() {
        return false;
    }

    @Override
    public InterruptController gic() {
        throw new UnsupportedOperationException();
    }

    @Override
    public TraceSink trace() {
        return TraceSink.NONE;
    }

    @Override
    public boolean tracing() {
        return false;
    }

    @Override
    public MachineRequest request() {
        throw new UnsupportedOperationException();
    }
}
