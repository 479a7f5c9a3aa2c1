/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SdeiGuest;

/**
 * SDEI_VERSION and SDEI_FEATURES.
 *
 * @since 0.1
 */
public final class VersionChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: version and features",
            Check.of("SDEI-013", VersionChecks::majorVersionIsOne).cut(),
            Check.of("SDEI-018", VersionChecks::unknownFeatureIsInvalid).cut());

    private VersionChecks() {}

    private static void majorVersionIsOne(Scenario s) {
        long version = new SdeiGuest(s.machine().cpu(0)).version();
        s.expectEqual("bit 63 of VERSION", 0, version >>> 63);
        s.expectEqual("major version, bits 62:48 of VERSION", 1, version >>> 48 & 0x7FFF);
    }

    private static void unknownFeatureIsInvalid(Scenario s) {
        SdeiGuest guest = new SdeiGuest(s.machine().cpu(0));
        for (long feature : new long[] {0x10, 2, 0x7FFF_FFFFL, 0xFFFF_FFFFL}) {
            s.expectEqual("FEATURES(" + feature + ")", Sdei.INVALID_PARAMETERS, guest.features(feature));
        }
    }
}
