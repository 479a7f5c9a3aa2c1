/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_VERSION. */
final class VersionCall implements SdeiCall {
    private final CallOutcome version;

    @Inject
    VersionCall(SdeiPolicy policy) {
        version = CallOutcome.of(Sdei.version(1, policy.minorVersion(), policy.vendorNumber()));
    }

    @Override
    public CallOutcome execute(PeState caller) {
        return version;
    }
}
