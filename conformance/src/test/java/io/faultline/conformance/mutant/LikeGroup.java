/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import java.util.List;

/** Registers as the backend has them; a mutant changes some of it. */
class LikeGroup implements RegisterGroup {
    final RegisterGroup right;

    LikeGroup(RegisterGroup right) {
        this.right = right;
    }

    @Override
    public List<RegisterRange> ranges() {
        return right.ranges();
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        return right.read(vcpu, name, value);
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        return right.write(vcpu, name, value);
    }

    /** Writes a register as it should be. */
    final int write(int vcpu, int name, long value) {
        RegisterValue written = new RegisterValue();
        written.set(value);
        return right.write(vcpu, name, written);
    }

    /** What a register reads as it should be. */
    final long value(int vcpu, int name) {
        RegisterValue value = new RegisterValue();
        right.read(vcpu, name, value);
        return value.low();
    }
}
