/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.backend.hyperv.synic.MessageBuffer;
import jakarta.inject.Inject;

/**
 * Types below 0x80000000, which are those of the hypervisor, with payloads that fit (HV-115 to HV-118); flags counted from the
 * first of the port (HV-106, HV-108); the receiving port as origination (HV-124).
 *
 * @since 0.1
 */
public final class StandardPortRules implements PortRules {
    /** Makes the rules. */
    @Inject
    public StandardPortRules() {}

    @Override
    public boolean isMessage(int type, int size) {
        return type > 0 && size >= 0 && size <= MessageBuffer.PAYLOAD_BYTES;
    }

    @Override
    public int flag(int first, int count, int relative) {
        return relative < count ? first + relative : -1;
    }

    @Override
    public long origination(int port) {
        return port;
    }
}
