/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import java.util.List;

/** A part as the backend has it; a mutant changes some of it. */
class LikePart implements PartitionPart {
    final PartitionPart right;

    LikePart(PartitionPart right) {
        this.right = right;
    }

    @Override
    public List<RegisterGroup> registers() {
        return right.registers();
    }

    @Override
    public List<Hypercall> hypercalls() {
        return right.hypercalls();
    }

    @Override
    public void resetVcpu(int vcpu) {
        right.resetVcpu(vcpu);
    }

    @Override
    public void turnedOn(int vcpu) {
        right.turnedOn(vcpu);
    }

    @Override
    public void turnedOff(int vcpu) {
        right.turnedOff(vcpu);
    }

    @Override
    public void entered(int vcpu) {
        right.entered(vcpu);
    }

    @Override
    public void left(int vcpu) {
        right.left(vcpu);
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        return right.attention(vcpu);
    }

    @Override
    public boolean wakes(int vcpu) {
        return right.wakes(vcpu);
    }

    @Override
    public long nextDeadline() {
        return right.nextDeadline();
    }

    @Override
    public long nextDeadline(int vcpu) {
        return right.nextDeadline(vcpu);
    }

    @Override
    public void deadlinePassed() {
        right.deadlinePassed();
    }

    @Override
    public void closed() {
        right.closed();
    }

    @Override
    public boolean needs(long page) {
        return right.needs(page);
    }

    @Override
    public String stateName() {
        return right.stateName();
    }

    @Override
    public void reset() {
        right.reset();
    }

    @Override
    public void save(StateWriter writer) {
        right.save(writer);
    }

    @Override
    public void restore(StateReader reader) {
        right.restore(reader);
    }
}
