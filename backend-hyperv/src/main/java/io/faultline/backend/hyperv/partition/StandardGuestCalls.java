/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.feature.HypervisorUid;
import io.faultline.backend.hyperv.hypercall.Convention;
import io.faultline.backend.hyperv.hypercall.Hypercalls;
import jakarta.inject.Inject;

/**
 * Hypercalls by both conventions (HV-001, HV-002) and the identifier of the hypervisor (HV-034).
 *
 * @since 0.1
 */
public final class StandardGuestCalls implements GuestCalls {
    private final Hypercalls hypercalls;

    /**
     * Makes them.
     *
     * @param hypercalls the hypercalls of the machine
     */
    @Inject
    public StandardGuestCalls(Hypercalls hypercalls) {
        this.hypercalls = hypercalls;
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        if (conduit == Conduit.HVC && function == Hypercalls.FUNCTION) {
            hypercalls.call(vcpu, Convention.SMCCC);
            return true;
        }
        boolean isKnown = HypervisorUid.isAsked(function);
        for (int i = 0; isKnown && i < HypervisorUid.words(); i++) {
            vcpu.pe().x(i, HypervisorUid.word(i));
        }
        return isKnown;
    }

    @Override
    public boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        if (immediate != Hypercalls.TAG) {
            return false;
        }
        hypercalls.call(vcpu, Convention.LEGACY);
        return true;
    }
}
