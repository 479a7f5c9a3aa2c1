/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;

/**
 * Tokens.
 *
 * @since 0.1
 */
public final class TokenChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: tokens",
            Check.of("APF-041", TokenChecks::readyCarriesTheTokenOfItsNotPresent)
                    .witnesses("not-present", "ready"));

    private TokenChecks() {}

    private static void readyCarriesTheTokenOfItsNotPresent(Scenario s) {
        Rig rig = s.machine(request -> request.asyncPageFaults(PageFaultGuest.EVENT, PageFaultGuest.INTERRUPT));
        ScriptedPageSource source = s.pageSource();
        long page = GuestLayout.dataPage(0);
        rig.machine().memory().write(page, ScriptedPageSource.pattern(page));
        rig.pageOut(source, page, 1);
        PageFaultGuest guest = new PageFaultGuest(rig.cpu(0));
        guest.enable();
        WaitingTask task = guest.startWaiting(page);
        s.witness("not-present");
        source.release(page);
        rig.advance(0);
        s.expectEqual("token of ready", task.token(), guest.takeReady());
        s.witness("ready");
        s.expectRetired("the access again", guest.retry(task));
        s.expectEqual(
                "data of the page",
                ScriptedPageSource.patternWord(page),
                rig.cpu(0).x(0));
    }
}
