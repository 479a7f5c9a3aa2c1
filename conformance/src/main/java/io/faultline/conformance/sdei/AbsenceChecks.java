/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * What a guest sees of SDEI where there is none.
 *
 * @since 0.1
 */
public final class AbsenceChecks {
    /** SDEI-011. */
    public static final Check NO_SDEI = Check.of("SDEI-011", AbsenceChecks::everyCallIsRefused);

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of("SDEI: absence", NO_SDEI);

    private AbsenceChecks() {}

    private static void everyCallIsRefused(Scenario s) {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        for (SdeiFunction function : SdeiFunction.values()) {
            s.expectEqual("result of " + function + " without SDEI", Sdei.NOT_SUPPORTED, cpu.call(function.id()));
        }
    }
}
