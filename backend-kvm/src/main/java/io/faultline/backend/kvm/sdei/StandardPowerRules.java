/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/**
 * Handlers are completed before the PE goes off (SDEI-178); a PE begins masked and with nothing registered (SDEI-174).
 *
 * @since 0.1
 */
public final class StandardPowerRules implements PowerRules {
    private final HandlerEnd handlerEnd;
    private final Reevaluation reevaluation;

    /**
     * Makes the rule.
     *
     * @param handlerEnd ends handlers
     * @param reevaluation what other PEs can take then
     */
    @Inject
    public StandardPowerRules(HandlerEnd handlerEnd, Reevaluation reevaluation) {
        this.handlerEnd = handlerEnd;
        this.reevaluation = reevaluation;
    }

    @Override
    public void turnedOn(PeState pe) {
        begin(pe);
    }

    @Override
    public void turnedOff(PeState pe) {
        while (pe.depth() > 0) {
            handlerEnd.drop(pe);
        }
        begin(pe);
    }

    private void begin(PeState pe) {
        pe.events().forEach(EventInstance::giveBack);
        pe.reset();
        reevaluation.at(Reevaluation.Point.POWER, pe);
    }
}
