/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.hyperv.hypercall.Status;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Signals by hyperv.md 3.7.
 *
 * @since 0.1
 */
@Singleton
public final class StandardEventFlags implements EventFlags {
    private final Controllers controllers;
    private final SourceRules rules;
    private final FlagSetter setter;
    private final InterruptRequest interrupts;

    @Inject
    StandardEventFlags(Controllers controllers, SourceRules rules, FlagSetter setter, InterruptRequest interrupts) {
        this.controllers = controllers;
        this.rules = rules;
        this.setter = setter;
        this.interrupts = interrupts;
    }

    @Override
    public int signal(int vcpu, int source, int flag) {
        if (!canSignal(vcpu, source)) {
            return Status.INVALID_SYNIC_STATE;
        }
        long sint = controllers.sint(vcpu, source);
        boolean isEdge = setter.set(controllers.flags(vcpu).frame(), source, flag);
        if (isEdge && rules.interrupts(sint)) {
            interrupts.raise(vcpu, Sint.vector(sint));
        }
        return Status.SUCCESS;
    }

    @Override
    public boolean isReceiving(int vcpu) {
        return controllers.takesFlags(vcpu);
    }

    @Override
    public boolean canSignal(int vcpu, int source) {
        return controllers.takesFlags(vcpu) && rules.takesSignals(controllers.sint(vcpu, source));
    }

    @Override
    public boolean isSet(int vcpu, int source, int flag) {
        long flags = controllers.flags(vcpu).frame().load64(StandardFlagSetter.at(source, flag));
        return (flags >>> flag & 1) != 0;
    }
}
