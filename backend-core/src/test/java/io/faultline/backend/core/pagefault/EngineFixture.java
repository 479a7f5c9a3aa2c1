/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.Slots;

/** Policies that several tests use. */
final class EngineFixture {
    private EngineFixture() {}

    /** One shared pair of words, acknowledged by word and call, answers honoured, two slots. */
    static Policy.Builder kvm() {
        return Policy.builder()
                .slots(Slots.SHARED)
                .decline(Decline.BY_REPLY)
                .acknowledgement(Acknowledgement.WORD_AND_CALL)
                .limit(2)
                .failureLimit(2);
    }
}
