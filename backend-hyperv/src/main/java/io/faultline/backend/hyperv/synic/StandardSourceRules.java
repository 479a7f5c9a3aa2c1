/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.hyperv.synic.SynicSettings.MaskedMessages;
import io.faultline.backend.hyperv.synic.SynicSettings.MaskedSignals;
import io.faultline.backend.hyperv.synic.SynicSettings.Polling;
import io.faultline.backend.hyperv.synic.SynicSettings.Vectors;
import jakarta.inject.Inject;

/**
 * Sources by the settings. There is no host to which bit 20 (proxy) could forward, and no parent for bit 19 (as intercept): both
 * are kept and mean nothing, and neither does bit 17 (automatic end of interrupt), which arm64 does not have (HV-059, HV-184).
 *
 * @since 0.1
 */
public final class StandardSourceRules implements SourceRules {
    private static final int FIRST_PRIVATE = 16;
    private static final int LAST_PRIVATE = 31;

    private final boolean isAnyVector;
    private final long silent;
    private final long refusing;
    private final long holding;

    /**
     * Makes the rules.
     *
     * @param settings the choices
     */
    @Inject
    public StandardSourceRules(SynicSettings settings) {
        isAnyVector = settings.vectors() == Vectors.ANY;
        silent = settings.polling() == Polling.PRESENT ? Sint.MASKED | Sint.POLLING : Sint.MASKED;
        refusing = settings.maskedSignals() == MaskedSignals.REFUSED ? Sint.MASKED : 0;
        holding = settings.maskedMessages() == MaskedMessages.HELD ? Sint.MASKED : 0;
    }

    private static boolean isPrivate(long sint) {
        return Sint.vector(sint) >= FIRST_PRIVATE && Sint.vector(sint) <= LAST_PRIVATE;
    }

    @Override
    public boolean isValid(long sint) {
        return Sint.isMasked(sint) || isAnyVector || isPrivate(sint);
    }

    @Override
    public boolean interrupts(long sint) {
        return (sint & silent) == 0 && isPrivate(sint);
    }

    @Override
    public boolean takesSignals(long sint) {
        return (sint & refusing) == 0;
    }

    @Override
    public boolean takesMessages(long sint) {
        return (sint & holding) == 0;
    }
}
