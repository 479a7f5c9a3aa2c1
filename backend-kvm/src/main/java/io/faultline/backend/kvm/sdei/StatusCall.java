/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/** SDEI_EVENT_STATUS. */
final class StatusCall extends EventCall {
    @Inject
    StatusCall() {}

    @Override
    long execute(PeState caller, EventInstance event) {
        return event.state();
    }
}
