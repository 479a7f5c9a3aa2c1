/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestNotification;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Section D: tokens.
 *
 * @since 0.1
 */
public final class TokenChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: tokens",
            Check.of("APF-037", TokenChecks::noTokenIsZero).witnesses("tokens").cut(),
            Check.of("APF-038", TokenChecks::noTokenIsTheWakeAll)
                    .witnesses("tokens")
                    .cut(),
            Check.of("APF-039", TokenChecks::outstandingTokensDiffer)
                    .witnesses("tokens")
                    .cut(),
            Check.of("APF-041", TokenChecks::readyCarriesTheTokenOfItsNotPresent)
                    .witnesses("not-present", "ready")
                    .cut(),
            Check.of("APF-046", TokenChecks::tokensFromBeforeADisableAreNotShown)
                    .witnesses("enabled-again", "page-came")
                    .cut());

    private static final int MOST_VCPUS = 4;
    private static final int FAULTS = 3;

    private TokenChecks() {}

    /** Token words of a few faults on a few vCPUs. The first token of vCPU 0 is among them. */
    private static List<Long> words(Scenario s) {
        int vcpus = Math.min(MOST_VCPUS, s.capability(Capabilities.VCPUS));
        PagingScene scene = PagingScene.offered(s, vcpus);
        int faults = scene.slots(FAULTS);
        List<Long> tokens = new ArrayList<>();
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            KvmGuest guest = new KvmGuest(scene.rig().cpu(vcpu));
            guest.start(0);
            for (int n = 0; n < faults; n++) {
                tokens.add(guest.startWaiting(scene.absent(vcpu * faults + n)).token());
            }
        }
        s.witness("tokens");
        return tokens;
    }

    /** Tokens of a few faults on a few vCPUs, all outstanding. */
    private static List<Long> tokens(Scenario s) {
        int vcpus = Math.min(MOST_VCPUS, s.capability(Capabilities.VCPUS));
        PagingScene scene = PagingScene.enabled(s, vcpus);
        int faults = scene.slots(FAULTS);
        List<Long> tokens = new ArrayList<>();
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            for (int n = 0; n < faults; n++) {
                long page = scene.absent(vcpu * faults + n);
                tokens.add(scene.guest(vcpu).startWaiting(page).token());
            }
        }
        s.witness("tokens");
        return tokens;
    }

    /** APF-037. */
    private static void noTokenIsZero(Scenario s) {
        for (long token : words(s)) {
            s.expectThat("a token that is not 0", token != 0);
        }
    }

    /** APF-038. */
    private static void noTokenIsTheWakeAll(Scenario s) {
        for (long token : words(s)) {
            s.expectThat(
                    "a token that is not the wake-all, " + PagingScene.hex(KvmGuest.WAKE_ALL),
                    token != KvmGuest.WAKE_ALL);
        }
    }

    /** APF-039. */
    private static void outstandingTokensDiffer(Scenario s) {
        List<Long> tokens = tokens(s);
        s.expectEqual("number of different tokens among " + tokens, tokens.size(), new TreeSet<>(tokens).size());
    }

    /** APF-041. */
    private static void readyCarriesTheTokenOfItsNotPresent(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        List<WaitingTask> tasks = scene.startWaiting(
                scene.absentPages(Math.min(FAULTS, scene.guest().limits().slots())));
        s.witness("not-present");
        for (WaitingTask task : tasks) {
            scene.arrive(task.page());
            scene.takeReadyAndFinish(task);
            s.witness("ready");
        }
    }

    /** APF-046. */
    private static void tokensFromBeforeADisableAreNotShown(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        PageFaultGuest guest = scene.guest();
        WaitingTask task = guest.startWaiting(scene.absent(0));
        guest.disable();
        guest.enableOnly();
        scene.cpu().interruptsOn();
        GuestNotification first = guest.take("wake-all after enabling again");
        s.expectEqual("first notification after enabling again", new GuestNotification.WakeAll(), first);
        guest.acknowledge(first);
        s.witness("enabled-again");
        scene.arrive(task.page());
        guest.expectNothingDue();
        s.witness("page-came");
        scene.finish(task);
    }
}
