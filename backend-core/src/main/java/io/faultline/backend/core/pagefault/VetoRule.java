/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One question that must be answered with no before a fault is announced.
 *
 * <p>A rule looks and changes nothing; it must not throw whatever the guest did.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface VetoRule {
    /**
     * Judges a fault.
     *
     * @param fault the fault
     * @return the veto; empty if this rule does not object
     */
    Optional<Veto> judge(FaultContext fault);

    /**
     * Makes a rule that has one veto.
     *
     * @param veto the veto
     * @param holds when it applies
     * @return the rule
     */
    static VetoRule of(Veto veto, Predicate<FaultContext> holds) {
        Optional<Veto> objection = Optional.of(veto);
        Objects.requireNonNull(holds, "holds");
        return fault -> holds.test(fault) ? objection : Optional.empty();
    }

    /**
     * Makes the rule against faults of stage 1 table walks: the page holds a translation table, which the kernel's own
     * handler may need.
     *
     * @return the rule
     */
    static VetoRule tableWalk() {
        return of(Veto.TABLE_WALK, FaultContext::stage1Walk);
    }

    /**
     * Makes the rule against faults of an instruction that the guest is stepping through (APF-065).
     *
     * @return the rule
     */
    static VetoRule singleStep() {
        return of(Veto.SINGLE_STEP, fault -> fault.state().has(io.faultline.api.arm64.ProcessorState.SS));
    }
}
