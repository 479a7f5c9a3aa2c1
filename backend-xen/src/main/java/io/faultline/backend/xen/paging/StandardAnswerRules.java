/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import jakarta.inject.Inject;

/** An answer is good for a vCPU that waits for one. */
final class StandardAnswerRules implements AnswerRules {
    @Inject
    StandardAnswerRules() {}

    @Override
    public boolean isGood(int version, int vcpu, int vcpus) {
        return version == VmEvent.INTERFACE_VERSION && vcpu >= 0 && vcpu < vcpus;
    }

    @Override
    public boolean hasEffect(int pauses) {
        return pauses > 0;
    }
}
