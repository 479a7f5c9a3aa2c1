/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/**
 * The conditions of sdei.md, 3.1: a trigger is latched, the handler is registered, enabled and not running anywhere, the
 * PE is on and unmasked, and nothing of the same or a higher class runs on it. The client's PSTATE does not count
 * (SDEI-114).
 *
 * @since 0.1
 */
public final class StandardEligibility implements Eligibility {
    private static final int READY = Sdei.REGISTERED | Sdei.ENABLED;

    /** Makes the rule. */
    @Inject
    public StandardEligibility() {}

    @Override
    public boolean isEligible(PeState pe, EventInstance event) {
        return event.isPending() && event.state() == READY && pe.cpu().isOn() && !pe.isMasked() && preempts(event, pe);
    }

    private static boolean preempts(EventInstance event, PeState pe) {
        return pe.depth() == 0
                || event.definition().isCritical()
                        && !pe.innermost().event().definition().isCritical();
    }
}
