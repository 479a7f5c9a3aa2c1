/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.api.arm64.AccessKind;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.backend.hyperv.intercept.Intercepts;
import java.util.Set;

/** Memory intercepts as the VMM has them; a mutant changes some of it. */
class LikeIntercepts implements MemoryIntercepts {
    final Injector parts;
    final Intercepts right;

    LikeIntercepts(Injector parts) {
        this.parts = parts;
        right = parts.getInstance(Intercepts.class);
    }

    @Override
    public void enable() {
        right.enable();
    }

    @Override
    public void disable() {
        right.disable();
    }

    @Override
    public boolean isEnabled() {
        return right.isEnabled();
    }

    @Override
    public void permit(long page, Set<AccessKind> allowed) {
        right.permit(page, allowed);
    }

    @Override
    public Set<AccessKind> permitted(long page) {
        return right.permitted(page);
    }

    @Override
    public boolean isSuspended(int vcpu) {
        return right.isSuspended(vcpu);
    }

    @Override
    public byte[] message(int vcpu) {
        return right.message(vcpu);
    }

    @Override
    public void resume(int vcpu) {
        right.resume(vcpu);
    }
}
