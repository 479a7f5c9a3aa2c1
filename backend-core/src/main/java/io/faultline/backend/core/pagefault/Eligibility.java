/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a fault may be announced: an ordered list of rules, of which the first that objects is the reason.
 *
 * @param rules the rules in the order in which they are asked
 * @since 0.1
 */
public record Eligibility(List<VetoRule> rules) {
    /** Copies the list. */
    public Eligibility {
        rules = List.copyOf(rules);
    }

    /**
     * Asks the rules.
     *
     * @param fault the fault
     * @return the veto of the first rule that objects; empty if none does
     */
    public Optional<Veto> judge(FaultContext fault) {
        for (int i = 0; i < rules.size(); i++) {
            Optional<Veto> veto = rules.get(i).judge(fault);
            if (veto.isPresent()) {
                return veto;
            }
        }
        return Optional.empty();
    }
}
