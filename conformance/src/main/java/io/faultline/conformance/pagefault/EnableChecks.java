/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import java.util.Arrays;

/**
 * Section B, first part: enable and disable.
 *
 * @since 0.1
 */
public final class EnableChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: enable and disable",
            Check.of("APF-011", EnableChecks::reservedBitsAreRefused)
                    .witnesses("refused-disabled", "refused-enabled")
                    .cut(),
            Check.of("APF-012", EnableChecks::anAddressWithoutEnabled).cut(),
            Check.of("APF-013", EnableChecks::anAreaOutsideOfMemoryIsRefused)
                    .witnesses("refused")
                    .cut(),
            Check.of("APF-014", EnableChecks::anAreaStaysInItsPage)
                    .witnesses("end-of-page", "end-of-memory")
                    .cut(),
            Check.of("APF-017", EnableChecks::enablingAgainChangesNothing).cut(),
            Check.of("APF-021", EnableChecks::disablingAgainChangesNothing).cut(),
            Check.of("APF-022", EnableChecks::aFailedEnableLeavesNothing)
                    .witnesses("failed", "wake-all")
                    .cut());

    private static final int RESERVED_VALUES = 16;
    private static final int RESERVED_SHIFT = 2;
    private static final long BLOCK = 64;

    private EnableChecks() {}

    private static void expectRefusal(Scenario s, String what, long result) {
        s.expectOneOf("result of ENABLE " + what, result, Smccc.INVALID_PARAMETER, Smccc.NOT_SUPPORTED);
    }

    /** APF-011. */
    private static void reservedBitsAreRefused(Scenario s) {
        KvmGuest guest = new KvmGuest(PagingScene.offered(s, 1).cpu());
        for (long bits = 1; bits < RESERVED_VALUES; bits++) {
            long control = guest.area() | KvmGuest.ENABLED | bits << RESERVED_SHIFT;
            expectRefusal(s, "with reserved bits " + PagingScene.hex(control), guest.control(control));
        }
        guest.expectDisabled("after reserved bits");
        s.witness("refused-disabled");
        guest.start(0);
        long elsewhere = GuestLayout.dataPage(1);
        for (long bits = 1; bits < RESERVED_VALUES; bits++) {
            long control = elsewhere | KvmGuest.ENABLED | bits << RESERVED_SHIFT;
            expectRefusal(s, "with reserved bits " + PagingScene.hex(control), guest.control(control));
            expectRefusal(s, "with reserved bits alone", guest.control(bits << RESERVED_SHIFT));
        }
        guest.expectEnabled("after reserved bits");
        guest.expectNothingDue("after reserved bits");
        s.witness("refused-enabled");
    }

    /** APF-012: a disable, or refused. */
    private static void anAddressWithoutEnabled(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = new KvmGuest(scene.cpu());
        s.expectOneOf(
                "result of ENABLE with an address and without ENABLED while disabled",
                guest.control(guest.area()),
                Smccc.NOT_REQUIRED,
                Smccc.SUCCESS,
                Smccc.INVALID_PARAMETER);
        guest.start(0);
        long result = guest.control(guest.area());
        s.expectOneOf(
                "result of ENABLE with an address and without ENABLED while enabled",
                result,
                Smccc.SUCCESS,
                Smccc.INVALID_PARAMETER);
        long page = scene.absent(0);
        GuestStep step = guest.touch(page);
        if (result == Smccc.SUCCESS) {
            scene.expectWaits("a fault after that", step);
            scene.arriveAndGoOn(scene.cpu(), page);
        } else {
            guest.expectAnnounced("a fault after the refusal", step);
        }
    }

    /** APF-013. */
    private static void anAreaOutsideOfMemoryIsRefused(Scenario s) {
        KvmGuest guest = new KvmGuest(PagingScene.offered(s, 1).cpu());
        long[] addresses = {
            0, 0x0800_0000L, GuestLayout.RAM.base() - BLOCK, GuestLayout.RAM.end(), 1L << 47, 1L << 48, -BLOCK
        };
        for (long address : addresses) {
            expectRefusal(s, "with an area at " + PagingScene.hex(address), guest.control(address | KvmGuest.ENABLED));
            guest.expectDisabled("after an area at " + PagingScene.hex(address));
            s.witness("refused");
        }
    }

    /** APF-014: an area of 64 bytes on its alignment cannot leave its page, so its last place may be used or not. */
    private static void anAreaStaysInItsPage(Scenario s) {
        for (String place : new String[] {"end-of-page", "end-of-memory"}) {
            PagingScene scene = PagingScene.offered(s, 1);
            KvmGuest guest = new KvmGuest(scene.cpu());
            long end = place.equals("end-of-page") ? GuestLayout.dataPage(1) : GuestLayout.RAM.end();
            long start = end - BLOCK;
            byte[] bytes = new byte[(int) (Math.min(end + BLOCK, GuestLayout.RAM.end()) - start)];
            Arrays.fill(bytes, Byte.BYTES * 8, bytes.length, (byte) 0xA5);
            scene.rig().machine().memory().write(start, bytes);
            guest.setUp();
            long result = guest.control(start | KvmGuest.ENABLED);
            s.expectOneOf(
                    "result of ENABLE with the last 64 bytes before " + PagingScene.hex(end),
                    result,
                    Smccc.SUCCESS,
                    Smccc.INVALID_PARAMETER);
            if (result == Smccc.SUCCESS) {
                guest.expectReady("wake-all in the last 64 bytes before " + PagingScene.hex(end));
                Arrays.fill(bytes, 0, 4, (byte) 0);
                bytes[0] = (byte) KvmGuest.READY;
                Arrays.fill(bytes, 4, 8, (byte) 0xFF);
            }
            byte[] now = new byte[bytes.length];
            scene.rig().machine().memory().read(start, now);
            s.expectEqual("bytes of the area and after it", Arrays.toString(bytes), Arrays.toString(now));
            s.witness(place);
        }
    }

    /** APF-017. */
    private static void enablingAgainChangesNothing(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        long wakeAlls = scene.counters().wakeAlls();
        for (int round = 0; round < 3; round++) {
            guest.expectEnabled("while enabled");
            guest.expectNothingDue("after the same ENABLE");
        }
        s.expectEqual("wake-alls", wakeAlls, scene.counters().wakeAlls());
    }

    /** APF-021. */
    private static void disablingAgainChangesNothing(Scenario s) {
        KvmGuest guest = new KvmGuest(PagingScene.offered(s, 1).cpu());
        guest.expectDisabled("before any enable");
        guest.start(0);
        guest.disable();
        guest.expectDisabled("after a disable");
        guest.expectDisabled("after two");
    }

    /** APF-022. */
    private static void aFailedEnableLeavesNothing(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = new KvmGuest(scene.cpu());
        guest.setUp();
        guest.clear();
        expectRefusal(s, "with an area outside of memory", guest.control(GuestLayout.RAM.end() | KvmGuest.ENABLED));
        s.witness("failed");
        guest.expectNothingDue("after the failure");
        guest.expectWords("after the failure", 0, 0);
        long page = scene.absent(0);
        scene.expectWaits("a fault after the failure", guest.touch(page));
        scene.arriveAndGoOn(scene.cpu(), page);
        guest.enable(0);
        s.expectEqual("token of the ready after a good ENABLE", KvmGuest.WAKE_ALL, guest.takeReady());
        guest.expectNothingDue("after the wake-all");
        s.witness("wake-all");
        guest.answerAsynchronously(page, guest.expectNotPresent(scene.absent(1)));
    }
}
