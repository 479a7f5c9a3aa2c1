/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.Psci;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Asynchronous page faults by an event channel of the guest.
 *
 * @since 0.1
 */
public final class PageFaultChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: asynchronous page faults",
            Check.of("APF-112", PageFaultChecks::oneEventForManyEntries)
                    .witnesses("drained", "after-the-drain")
                    .cut(),
            Check.of("APF-136", PageFaultChecks::aFullRingIsNotOverwritten)
                    .witnesses("full", "moved")
                    .cut(),
            Check.of("APF-137", PageFaultChecks::roomIsReserved)
                    .witnesses("reserved", "room-again")
                    .cut(),
            Check.of("APF-192", PageFaultChecks::nothingIsMissedBetweenClearAndDrain)
                    .witnesses("between", "after")
                    .cut(),
            Check.of("APF-193", PageFaultChecks::theFirstRegistrationStays)
                    .witnesses("refused", "told")
                    .cut(),
            Check.of("XEN-194", PageFaultChecks::maskedKernelsAreNotTold)
                    .witnesses("masked", "unmasked")
                    .cut(),
            Check.of("XEN-195", PageFaultChecks::everyTokenEndsOnce)
                    .witnesses("page", "unregister", "close", "reset", "offline", "snapshot"),
            Check.of("XEN-196", PageFaultChecks::nobodyElseIsBlocked)
                    .witnesses("refused", "unanswered", "full")
                    .cut());

    private static final int PLACES = 16;

    private PageFaultChecks() {}

    /** APF-112. */
    private static void oneEventForManyEntries(Scenario s) {
        FaultRing ring = FaultRing.started(s, PLACES);
        long first = ring.absent(0);
        long second = ring.absent(1);
        long third = ring.absent(2);
        long[] tokens = {ring.letWait(0, first), ring.letWait(0, second), ring.letWait(0, third)};
        ring.arrive(second);
        ring.arrive(first);
        s.expectEqual("upcalls for two entries", 1, ring.settle(0));
        ring.expectEntries("of one event", 0, FaultRing.ready(tokens[1]), FaultRing.ready(tokens[0]));
        s.witness("drained");
        ring.arrive(third);
        s.expectEqual("upcalls for an entry after the drain", 1, ring.settle(0));
        ring.expectEntries("after the drain", 0, FaultRing.ready(tokens[2]));
        s.witness("after-the-drain");
    }

    /** APF-136. */
    private static void aFullRingIsNotOverwritten(Scenario s) {
        FaultRing ring = FaultRing.started(s, 4);
        long page = ring.absent(0);
        long token = ring.letWait(0, page);
        int written = ring.producer(0);
        byte[] before = ring.area(0).bytes(0x80);
        ring.area(0).word(FaultRing.CONSUMER, written - 4L);
        ring.arrive(page);
        s.expectRetired("NOP with a full ring", ring.cpu(0).settle());
        s.expectEqual("producer of a full ring", written, ring.producer(0));
        for (int place = 0; place < 4; place++) {
            int at = FaultRing.RING + 8 * place;
            s.expectEqual(
                    "token at place " + place + " of a full ring",
                    (long) (before[at] & 0xFF),
                    ring.area(0).word(at) & 0xFF);
        }
        s.witness("full");
        ring.area(0).word(FaultRing.CONSUMER, written);
        s.expectRetired("NOP after the consumer has moved", ring.cpu(0).settle());
        ring.expectEntries("after the consumer has moved", 0, FaultRing.ready(token));
        s.witness("moved");
    }

    /** APF-137. */
    private static void roomIsReserved(Scenario s) {
        FaultRing ring = FaultRing.started(s, 4);
        int announced = 0;
        long page = 0;
        GuestStep step = null;
        for (int n = 0; n <= 4; n++) {
            page = ring.absent(n);
            step = ring.touch(0, page);
            if (step instanceof GuestStep.Stopped) {
                break;
            }
            announced++;
            ring.area(0).word(FaultRing.STATE, 0);
            ring.leaveHandler(0);
        }
        s.expectThat("at most 4 faults are announced with 4 places: " + announced, announced >= 1 && announced <= 4);
        ring.expectWaits("a fault whose ready has no room", step);
        s.witness("reserved");
        ring.goOn(0, page);
        for (int n = 0; n < announced; n++) {
            ring.arrive(FaultRing.page(n));
        }
        s.expectEqual("readies in the ring", announced, ring.drain(0).size());
        ring.settle(0);
        ring.letWait(0, ring.absent(6));
        s.witness("room-again");
    }

    /** APF-192. */
    private static void nothingIsMissedBetweenClearAndDrain(Scenario s) {
        FaultRing ring = FaultRing.started(s, PLACES);
        long[] pages = {ring.absent(0), ring.absent(1), ring.absent(2)};
        long[] tokens = new long[pages.length];
        for (int i = 0; i < pages.length; i++) {
            tokens[i] = ring.letWait(0, pages[i]);
        }
        XenGuest guest = ring.guest();
        ring.arrive(pages[0]);
        s.expectThat("an interrupt is due", guest.acknowledge(0));
        s.expectEqual("ports with events", List.of(ring.port(0)), ring.events().scan(0));
        ring.arrive(pages[1]);
        List<FaultRing.Entry> drained = ring.drain(0);
        s.witness("between");
        ring.arrive(pages[2]);
        s.expectThat(
                "an event is there for an entry after the drain", ring.events().isPending(ring.port(0)));
        guest.end(0);
        s.expectThat("another upcall follows", ring.settle(0) > 0);
        List<FaultRing.Entry> rest = ring.drain(0);
        s.expectEqual(
                "entries in both rounds",
                List.of(FaultRing.ready(tokens[0]), FaultRing.ready(tokens[1]), FaultRing.ready(tokens[2])),
                Stream.concat(drained.stream(), rest.stream()).toList());
        s.witness("after");
    }

    /** APF-193. */
    private static void theFirstRegistrationStays(Scenario s) {
        FaultRing ring = FaultRing.started(s, PLACES);
        GuestBlock other = ring.guest().scratch(8);
        other.fill(0x100, 0x5A);
        int port = ring.guest().ipi(0);
        s.expectEqual("result of registering twice", Xen.EINVAL, ring.register(0, other.gfn(), 0, port, PLACES, 0));
        s.expectEqual("result of registering the same twice", Xen.EINVAL, ring.register(0, ring.port(0), PLACES, 0));
        s.witness("refused");
        long token = ring.letWait(0, ring.absent(0));
        ring.arrive(FaultRing.page(0));
        ring.expectEntries("of the first registration", 0, FaultRing.ready(token));
        for (int at = 0; at < 0x100; at += 4) {
            s.expectEqual("word " + at + " of the area that was refused", 0x5A5A_5A5A, other.word(at));
        }
        s.witness("told");
    }

    /** XEN-194. */
    private static void maskedKernelsAreNotTold(Scenario s) {
        FaultRing ring = FaultRing.boot(s, 1);
        ring.start(0, PLACES, FaultRing.EL1_TOO);
        SteppingGuestCpu cpu = ring.cpu(0);
        cpu.interruptsOff();
        long page = ring.absent(0);
        ring.expectWaits("a fault of EL1 with PSTATE.I set", ring.touchHere(0, page));
        s.expectEqual("state of not-present", 0, ring.area(0).word(FaultRing.STATE));
        s.expectEqual("announced faults", 0, ring.counters().announced());
        ring.goOn(0, page);
        s.witness("masked");
        cpu.interruptsOn();
        s.expectDiverted(
                "a fault of EL1 with PSTATE.I clear",
                ring.touchHere(0, ring.absent(1)),
                cpu.layout().vectorFromEl1(1));
        s.expectEqual("state of not-present", 1, ring.area(0).word(FaultRing.STATE));
        s.witness("unmasked");
    }

    /** XEN-195. */
    private static void everyTokenEndsOnce(Scenario s) {
        FaultRing pages = FaultRing.started(s, PLACES);
        long token = pages.letWait(0, pages.absent(0));
        pages.arrive(FaultRing.page(0));
        pages.expectEntries("after its page", 0, FaultRing.ready(token));
        s.witness("page");
        ended(s, "unregister", ring -> s.expectEqual("result of UNREGISTER", 0, ring.unregister(0)));
        ended(s, "close", ring -> ring.guest().close(ring.port(0)));
        ended(s, "reset", ring -> ring.guest().expectEvent("reset", 0, Xen.RESET, Xen.SELF));
        offline(s);
        FaultRing saved = FaultRing.started(s, PLACES);
        long carried = saved.letWait(0, saved.absent(0));
        saved.guest().rig().cut();
        saved.guest().rig().advance(0);
        if (saved.producer(0) == saved.area(0).word(FaultRing.CONSUMER)) {
            saved.arrive(FaultRing.page(0));
        }
        List<FaultRing.Entry> after = saved.drain(0);
        s.expectThat(
                "exactly one end after a restore: " + after,
                after.equals(List.of(FaultRing.ready(carried))) || after.equals(List.of(FaultRing.wakeAll())));
        s.witness("snapshot");
    }

    /** Whatever ends a registration. */
    @FunctionalInterface
    private interface End {
        void of(FaultRing ring);
    }

    private static void ended(Scenario s, String how, End end) {
        FaultRing ring = FaultRing.started(s, PLACES);
        long page = ring.absent(0);
        ring.letWait(0, page);
        ring.letWait(0, ring.absent(1));
        end.of(ring);
        ring.expectEntries("after " + how, 0, FaultRing.wakeAll());
        FaultCounters counters = ring.counters();
        s.expectEqual("faults outstanding after " + how, 0, counters.outstanding());
        ring.arrive(page);
        ring.expectEntries("after " + how + " and the page", 0);
        s.witness(how);
    }

    private static void offline(Scenario s) {
        FaultRing ring = FaultRing.boot(s, 2);
        ring.start(1, PLACES, 0);
        long page = ring.absent(0);
        ring.letWait(1, page);
        s.expectStopped("CPU_OFF", ring.cpu(1).callStep(Psci.CPU_OFF), VcpuExit.PoweredOff.class);
        ring.expectEntries("after CPU_OFF", 1, FaultRing.wakeAll());
        s.expectEqual("faults outstanding after CPU_OFF", 0, ring.counters().outstanding());
        ring.arrive(page);
        ring.expectEntries("after CPU_OFF and the page", 1);
        s.witness("offline");
    }

    /** XEN-196. */
    private static void nobodyElseIsBlocked(Scenario s) {
        FaultRing ring = FaultRing.boot(s, 2);
        int port = ring.guest().ipi(0);
        long gfn = ring.area(0).gfn();
        long[][] wrong = {
            {XenGuest.HOLE >>> 12, 0, port, PLACES, 0},
            {-1, 0, port, PLACES, 0},
            {gfn, 8, port, PLACES, 0},
            {gfn, 0x1000, port, PLACES, 0},
            {gfn, 0xFC0, port, PLACES, 0},
            {gfn, 0, 0, PLACES, 0},
            {gfn, 0, 0x7FFF_FFFFL, PLACES, 0},
            {gfn, 0, port, 0, 0},
            {gfn, 0, port, 3, 0},
            {gfn, 0, port, 1 << 20, 0},
            {gfn, 0, port, PLACES, 0x8000_0000L},
        };
        for (long[] words : wrong) {
            s.expectOneOf(
                    "result of registering " + Arrays.toString(words),
                    ring.register(0, words[0], words[1], words[2], words[3], words[4]),
                    Xen.EINVAL,
                    Xen.ENXIO);
        }
        s.expectEqual("result of UNREGISTER of a vCPU that is not registered", Xen.ENOENT, ring.unregister(0));
        s.witness("refused");
        ring.start(0, 4, 0);
        ring.start(1, PLACES, 0);
        long unanswered = ring.absent(0);
        ring.expectTold(0, unanswered);
        ring.leaveHandler(0);
        ring.arrive(unanswered);
        works(s, ring, 1);
        long second = ring.absent(3);
        ring.expectWaits("a fault with an unread not-present", ring.touch(0, second));
        ring.goOn(0, second);
        s.witness("unanswered");
        ring.area(0).word(FaultRing.CONSUMER, ring.producer(0) + 1000L);
        works(s, ring, 2);
        s.witness("full");
    }

    private static void works(Scenario s, FaultRing ring, int n) {
        long page = ring.absent(n);
        long token = ring.letWait(1, page);
        ring.arrive(page);
        ring.settle(1);
        ring.expectEntries("of vCPU 1", 1, FaultRing.ready(token));
        s.expectEqual("ready of vCPU 1", 0, ring.area(1).word(FaultRing.STATE));
    }
}
