/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.hyperv.synic.SynicSettings.MaskedMessages;
import io.faultline.backend.hyperv.synic.SynicSettings.Unmasking;
import jakarta.inject.Inject;

/**
 * EOM and enabling are about every source (HV-073, HV-082), unmasking about none (HV-079) unless a setting says so.
 *
 * @since 0.1
 */
public final class StandardScanRules implements ScanRules {
    private final boolean scansAtUnmask;

    /**
     * Makes the rules.
     *
     * @param settings the choices
     */
    @Inject
    public StandardScanRules(SynicSettings settings) {
        scansAtUnmask = settings.unmasking() == Unmasking.SCANS || settings.maskedMessages() == MaskedMessages.HELD;
    }

    @Override
    public int atEndOfMessage(int waiting) {
        return waiting;
    }

    @Override
    public int atEnable(int waiting) {
        return waiting;
    }

    @Override
    public int atUnmask(int source, int waiting) {
        return scansAtUnmask ? waiting & 1 << source : 0;
    }
}
