/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.vcpu.StandardUpcalls;
import io.faultline.backend.xen.vcpu.Upcalls;

/** The upcalls of a machine as they should be, except for what a mutant overrides. */
class LikeUpcalls implements Upcalls {
    private final StandardUpcalls right;

    LikeUpcalls(Injector parts) {
        right = parts.getInstance(StandardUpcalls.class);
    }

    @Override
    public void markPending(int vcpu) {
        right.markPending(vcpu);
    }

    @Override
    public boolean isMarked(int vcpu) {
        return right.isMarked(vcpu);
    }

    @Override
    public Frame infoFrame(int vcpu) {
        return right.infoFrame(vcpu);
    }

    @Override
    public int infoOffset(int vcpu) {
        return right.infoOffset(vcpu);
    }

    @Override
    public void wakePollers(int port) {
        right.wakePollers(port);
    }
}
