/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.hypercall.Hypercalls;
import io.faultline.backend.hyperv.partition.GuestCalls;
import io.faultline.backend.hyperv.partition.StandardGuestCalls;

/** Answers calls as the backend does; a mutant changes some of it. */
class LikeGuestCalls implements GuestCalls {
    private final GuestCalls right;

    LikeGuestCalls(Injector parts) {
        right = parts.getInstance(StandardGuestCalls.class);
    }

    /** A hypercall. */
    void hypercall(VirtualProcessor vcpu, boolean isOld) {
        right(vcpu, isOld);
    }

    /** A hypercall as it should be. */
    final void right(VirtualProcessor vcpu, boolean isOld) {
        if (isOld) {
            right.taggedCall(vcpu, Hypercalls.TAG);
        } else {
            right.call(vcpu, Conduit.HVC, Hypercalls.FUNCTION);
        }
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        if (conduit == Conduit.HVC && function == Hypercalls.FUNCTION) {
            hypercall(vcpu, false);
            return true;
        }
        return right.call(vcpu, conduit, function);
    }

    @Override
    public boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        if (immediate == Hypercalls.TAG) {
            hypercall(vcpu, true);
            return true;
        }
        return right.taggedCall(vcpu, immediate);
    }
}
