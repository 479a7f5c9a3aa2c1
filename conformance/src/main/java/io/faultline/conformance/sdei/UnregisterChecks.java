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
 * SDEI_EVENT_UNREGISTER and SDEI_EVENT_STATUS.
 *
 * @since 0.1
 */
public final class UnregisterChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: unregister and status",
            Check.of("SDEI-057", UnregisterChecks::unregistersARegisteredEvent).cut());

    private UnregisterChecks() {}

    private static void unregistersARegisteredEvent(Scenario s) {
        SdeiGuest guest = new SdeiGuest(s.machine().cpu(0));
        s.expectEqual("EVENT_REGISTER", Sdei.SUCCESS, guest.register(0, 0, 7));
        s.expectEqual("EVENT_UNREGISTER of a registered event", Sdei.SUCCESS, guest.unregister(0));
        s.expectEqual("EVENT_STATUS after it", 0, guest.status(0));
        s.expectEqual("EVENT_REGISTER again", Sdei.SUCCESS, guest.register(0, 0, 7));
        s.expectEqual("EVENT_ENABLE", Sdei.SUCCESS, guest.enable(0));
        s.expectEqual("EVENT_UNREGISTER of an enabled event", Sdei.SUCCESS, guest.unregister(0));
        s.expectEqual("EVENT_STATUS after it", 0, guest.status(0));
    }
}
