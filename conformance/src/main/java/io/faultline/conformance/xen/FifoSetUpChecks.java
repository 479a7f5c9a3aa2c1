/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;

/**
 * Section 10.6: control blocks, array pages and the switch to the FIFO ABI.
 *
 * @since 0.1
 */
public final class FifoSetUpChecks {
    private static final int LAST_OFFSET = 4096 - Xen.CONTROL_BYTES;
    private static final int NO_VCPU = 99;
    private static final int SEVEN = 1 << Xen.DEFAULT_PRIORITY;
    private static final int QUEUED = Xen.PENDING | Xen.LINKED;
    private static final long ALMOST_ALL_ONES = -2L;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: setting the FIFO ABI up",
            Check.of("XEN-094", FifoSetUpChecks::theFirstControlBlockIsAccepted).cut(),
            Check.of("XEN-095", FifoSetUpChecks::theBlockHasToFit).cut(),
            Check.of("XEN-096", FifoSetUpChecks::anUnknownVcpuSwitchesNothing).cut(),
            Check.of("XEN-097", FifoSetUpChecks::aBadFrameSwitchesNothing)
                    .witnesses("two-level-works", "fifo-works")
                    .cut(),
            Check.of("XEN-098", FifoSetUpChecks::aVcpuHasOneControlBlock).cut(),
            Check.of("XEN-099", FifoSetUpChecks::anOfflineVcpuMayHaveOne)
                    .witnesses("offline")
                    .cut(),
            Check.of("XEN-100", FifoSetUpChecks::withoutTheSwitchThereIsNoArray).cut(),
            Check.of("XEN-101", FifoSetUpChecks::theArrayHas128Pages).witnesses("full"),
            Check.of("XEN-102", FifoSetUpChecks::aBadArrayPageIsNotAdded).cut(),
            Check.of("XEN-103", FifoSetUpChecks::anEventBeforeTheSwitchIsRaisedAgain)
                    .witnesses("pending-before")
                    .cut(),
            Check.of("XEN-104", FifoSetUpChecks::anEventWithoutAWordIsRaisedWithThePage)
                    .witnesses("masked", "unmasked")
                    .cut(),
            Check.of("XEN-105", FifoSetUpChecks::theOldBitsAreOutOfUse).cut(),
            Check.of("XEN-106", FifoSetUpChecks::aBoundPortHasPriority7)
                    .witnesses("used-before")
                    .cut(),
            Check.of("XEN-107", FifoSetUpChecks::portsAbove4095).witnesses("above"),
            Check.of("XEN-108", FifoSetUpChecks::framesThatAreUsedTwice)
                    .witnesses("other-domain")
                    .cut());

    private FifoSetUpChecks() {}

    private static XenGuest boot(Scenario s, int vcpus) {
        XenGuest guest = XenGuest.boot(s, vcpus);
        guest.mapSharedInfo();
        guest.listen();
        return guest;
    }

    /** Demands that the domain uses the two-level ABI, and shows it by an event. */
    static void expectTwoLevel(Scenario s, XenGuest guest) {
        s.expectOneOf("result of expand_array without FIFO", new Fifo(guest).expand(0), Xen.EOPNOTSUPP, Xen.ENOSYS);
        TwoLevel bits = new TwoLevel(guest);
        bits.quiet();
        int port = guest.ipi(0);
        guest.send(port);
        bits.expectPending("in the two-level ABI", port, true);
        bits.expectSelector("in the two-level ABI", 0, 1L << TwoLevel.word(port));
        guest.expectUpcalls("in the two-level ABI", 0, 1);
        guest.close(port);
        bits.quiet();
    }

    /** Demands that an event on a new port of vCPU 0 is queued and can be handled. */
    static void expectFifo(String when, Fifo fifo) {
        XenGuest guest = fifo.guest();
        int port = guest.ipi(0);
        fifo.setWord(port, 0);
        guest.send(port);
        fifo.expectWord(when, port, QUEUED);
        fifo.expectHead(when, 0, Xen.DEFAULT_PRIORITY, port);
        fifo.expectReady(when, 0, SEVEN);
        guest.expectUpcalls(when, 0, 1);
        fifo.expectDrained(when, 0, port);
        guest.close(port);
    }

    /** XEN-094. */
    private static void theFirstControlBlockIsAccepted(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control", 0, fifo.initControl(0));
        s.expectEqual("link_bits", Xen.LINK_BITS, guest.arguments().word(16) & 0xFF);
        for (int offset = 0; offset < Xen.CONTROL_BYTES; offset += 4) {
            s.expectEqual("control block at " + offset, 0, fifo.control(0).word(offset));
        }
        s.expectEqual("result of expand_array", 0, fifo.expand(0));
        expectFifo("after the switch", fifo);
    }

    /** XEN-095. */
    private static void theBlockHasToFit(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        long gfn = fifo.control(0).gfn();
        for (long offset : new long[] {
            1, 2, 3, 4, 5, 6, 7, 12, 4025, 4028, 4032, 4040, 4088, 4095, 4096, 0x8000_0000L, 0xFFFF_FFF8L, 0xFFFF_FFFFL
        }) {
            s.expectEqual("result of init_control at " + offset, Xen.EINVAL, fifo.initControl(gfn, offset, 0));
        }
        expectTwoLevel(s, guest);
        fifo.control(0).fill(4096, 0);
        s.expectEqual("result of init_control at " + LAST_OFFSET, 0, fifo.initControl(gfn, LAST_OFFSET, 0));
        s.expectEqual("result of expand_array", 0, fifo.expand(0));
        int port = guest.ipi(0);
        guest.send(port);
        s.expectEqual(
                "head of queue 7 in the last place of the page",
                port,
                fifo.control(0).word(LAST_OFFSET + 8 + 4 * Xen.DEFAULT_PRIORITY));
    }

    /** XEN-096. */
    private static void anUnknownVcpuSwitchesNothing(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        for (long vcpu : new long[] {1, NO_VCPU, 0x8000_0000L, 0xFFFF_FFFFL}) {
            s.expectEqual(
                    "result of init_control of vCPU " + vcpu,
                    Xen.ENOENT,
                    fifo.initControl(fifo.control(0).gfn(), 0, vcpu));
        }
        expectTwoLevel(s, guest);
    }

    /** XEN-097. */
    private static void aBadFrameSwitchesNothing(Scenario s) {
        XenGuest guest = boot(s, 2);
        Fifo fifo = new Fifo(guest);
        for (long gfn : new long[] {ALMOST_ALL_ONES, XenGuest.HOLE >>> 12, SharedInfoChecks.deviceFrame(), 1L << 40}) {
            for (int vcpu = 0; vcpu < 2; vcpu++) {
                s.expectEqual(
                        "result of init_control with gfn 0x" + Long.toHexString(gfn),
                        Xen.EINVAL,
                        fifo.initControl(gfn, 0, vcpu));
            }
            expectTwoLevel(s, guest);
        }
        s.witness("two-level-works");
        fifo.start();
        expectFifo("after failures and a success", fifo);
        s.witness("fifo-works");
    }

    /** XEN-098. */
    private static void aVcpuHasOneControlBlock(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        GuestBlock second = fifo.guest().scratch(0).fill(4096, 0);
        s.expectEqual("result of init_control again", Xen.EINVAL, fifo.initControl(second.gfn(), 0, 0));
        s.expectEqual(
                "result of init_control with the same block",
                Xen.EINVAL,
                fifo.initControl(fifo.control(0).gfn(), 0, 0));
        expectFifo("after a second init_control", fifo);
        s.expectEqual("the second block", 0, second.word(0) | second.word(8 + 4 * Xen.DEFAULT_PRIORITY));
    }

    /** XEN-099. */
    private static void anOfflineVcpuMayHaveOne(Scenario s) {
        XenGuest guest = XenGuest.bootFirst(s, 2);
        guest.mapSharedInfo();
        guest.listen();
        Fifo fifo = new Fifo(guest);
        s.expectThat("vCPU 1 is off", !guest.cpu(1).vcpu().isOn());
        fifo.start();
        s.witness("offline");
        guest.rig().turnOn(1);
        guest.enableInterrupt(1);
        guest.quiet();
        int port = guest.ipi(1);
        guest.send(port);
        fifo.expectHead("of the vCPU that was off", 1, Xen.DEFAULT_PRIORITY, port);
        guest.expectUpcalls("of the vCPU that was off", 1, 1);
        fifo.expectDrained("that was off", 1, port);
    }

    /** XEN-100. */
    private static void withoutTheSwitchThereIsNoArray(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        int port = guest.ipi(0);
        s.expectOneOf("result of expand_array without FIFO", fifo.expand(0), Xen.EOPNOTSUPP, Xen.ENOSYS);
        for (long priority : new long[] {0, 7, 15, 16}) {
            guest.expectEvent("set_priority without FIFO", Xen.ENOSYS, Xen.SET_PRIORITY, port, priority);
        }
        expectTwoLevel(s, guest);
    }

    /** XEN-101. */
    private static void theArrayHas128Pages(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control", 0, fifo.initControl(0));
        for (int page = 0; page < Xen.PAGES_OF_ARRAY; page++) {
            s.expectEqual("result of expand_array for page " + page, 0, fifo.expand(page));
        }
        s.witness("full");
        long more = guest.scratch(0).gfn();
        s.expectEqual("result of expand_array for page 128", Xen.ENOSPC, fifo.expandBy(more));
        expectFifo("with all array pages", fifo);
    }

    /** XEN-102. */
    private static void aBadArrayPageIsNotAdded(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control", 0, fifo.initControl(0));
        for (long gfn : new long[] {ALMOST_ALL_ONES, XenGuest.HOLE >>> 12, SharedInfoChecks.deviceFrame(), 1L << 40}) {
            s.expectEqual("result of expand_array with gfn 0x" + Long.toHexString(gfn), Xen.EINVAL, fifo.expandBy(gfn));
        }
        s.expectEqual("result of expand_array", 0, fifo.expand(0));
        expectFifo("with the first good page as page 0", fifo);
    }

    /** XEN-103. */
    private static void anEventBeforeTheSwitchIsRaisedAgain(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int silent = guest.ipi(0);
        int pending = guest.ipi(0);
        bits.mask(pending);
        guest.send(pending);
        bits.expectPending("before the switch", pending, true);
        s.witness("pending-before");
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control", 0, fifo.initControl(0));
        guest.expectUpcall("before there is an array page", 0, false);
        s.expectEqual("result of expand_array", 0, fifo.expand(0));
        fifo.expectWord("that was pending before the switch", pending, QUEUED);
        fifo.expectWord("that was not pending before the switch", silent, 0);
        guest.expectUpcalls("when the array page was added", 0, 1);
        fifo.expectDrained("after the switch", 0, pending);
    }

    /** XEN-104. */
    private static void anEventWithoutAWordIsRaisedWithThePage(Scenario s) {
        XenGuest guest = boot(s, 1);
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control", 0, fifo.initControl(0));
        int unmasked = guest.ipi(0);
        int masked = guest.ipi(0);
        int silent = guest.ipi(0);
        guest.send(unmasked);
        guest.send(unmasked);
        guest.send(masked);
        guest.expectUpcall("while there is no array page", 0, false);
        fifo.expectReady("while there is no array page", 0, 0);
        fifo.arrayPage(0).fill(4096, 0);
        fifo.setWord(masked, Xen.MASKED);
        s.expectEqual(
                "result of expand_array", 0, fifo.expandBy(fifo.arrayPage(0).gfn()));
        fifo.expectWord("sent before there was a page", unmasked, QUEUED);
        s.witness("unmasked");
        fifo.expectWord("sent before there was a page, masked", masked, Xen.PENDING | Xen.MASKED);
        s.witness("masked");
        fifo.expectWord("not sent", silent, 0);
        guest.expectUpcalls("when the page was added", 0, 1);
        fifo.expectDrained("when the page was added", 0, unmasked);
        fifo.expectDrained("once more", 0);
        s.expectEqual("result of another expand_array", 0, fifo.expand(1));
        fifo.expectWord("of the first page when another was added", unmasked, 0);
        guest.expectUpcall("when another page was added", 0, false);
    }

    /** XEN-105. */
    private static void theOldBitsAreOutOfUse(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        TwoLevel bits = new TwoLevel(guest);
        int port = guest.ipi(0);
        bits.setPendingWord(0, 0);
        bits.mask(port);
        bits.setPending(port);
        guest.send(port);
        fifo.expectWord("with the old mask and pending bits set", port, QUEUED);
        s.expectEqual("pending word 0", TwoLevel.bit(port), bits.pendingWord(0));
        bits.expectSelector("after an event in the FIFO ABI", 0, 0);
        guest.expectUpcall("after an event in the FIFO ABI", 0, true);
        guest.expectUpcalls("after an event in the FIFO ABI", 0, 1);
        fifo.drain(0);
        fifo.setWord(port, Xen.MASKED);
        bits.clearMask(port);
        guest.send(port);
        fifo.expectWord("masked in its event word", port, Xen.PENDING | Xen.MASKED);
        guest.unmask(port);
        s.expectEqual("mask word 0 after unmask", 0, bits.maskWord(0));
        fifo.expectWord("after unmask", port, QUEUED);
    }

    /** XEN-106. */
    private static void aBoundPortHasPriority7(Scenario s) {
        XenGuest guest = boot(s, 1);
        int before = guest.ipi(0);
        Fifo fifo = new Fifo(guest);
        fifo.start();
        expectPriority7("of a port bound before the switch", fifo, before);
        guest.setPriority(before, 2);
        guest.send(before);
        fifo.expectHead("after set_priority", 0, 2, before);
        fifo.drain(0);
        guest.close(before);
        s.expectEqual("port that is used again", before, guest.ipi(0));
        s.witness("used-before");
        expectPriority7("of the next user of a number", fifo, before);
        guest.setPriority(before, 12);
        guest.close(before);
        s.expectEqual("port that is used again", before, guest.unbound());
        int sender = guest.connect(before);
        fifo.drain(0);
        guest.send(sender);
        fifo.expectHead("of a connection on a number that was used", 0, Xen.DEFAULT_PRIORITY, before);
    }

    private static void expectPriority7(String which, Fifo fifo, int port) {
        fifo.guest().send(port);
        fifo.expectReady(which, 0, SEVEN);
        fifo.expectHead(which, 0, Xen.DEFAULT_PRIORITY, port);
        fifo.drain(0);
    }

    /** XEN-107. */
    private static void portsAbove4095(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        for (int page = 1; page < 5; page++) {
            s.expectEqual("result of expand_array for page " + page, 0, fifo.expand(page));
        }
        int wanted = Math.min(guest.highestPort(), 4200);
        guest.openUnbound(wanted - PortChecks.next(guest));
        s.expectEqual("result of the last allocation", 0, guest.cpu().x(0));
        int port = guest.ipi(0);
        s.expectThat("port " + port + " is above 4095", port > 4095);
        s.witness("above");
        guest.send(port);
        fifo.expectWord("above 4095", port, QUEUED);
        fifo.expectDrained("above 4095", 0, port);
    }

    /** XEN-108. */
    private static void framesThatAreUsedTwice(Scenario s) {
        Fifo other = Fifo.boot(s, 1);
        XenGuest guest = boot(s, 2);
        Fifo fifo = new Fifo(guest);
        long shared = XenGuest.SHARED_INFO >>> 12;
        s.expectOneOf("result of init_control inside shared_info", fifo.initControl(shared, 0x800, 0), 0, Xen.EINVAL);
        fifo.initControl(fifo.arrayPage(0).gfn(), 0, 1);
        fifo.initControl(0);
        s.expectEqual("result of expand_array", 0, fifo.expand(0));
        s.expectOneOf(
                "result of expand_array with the same frame",
                fifo.expandBy(fifo.arrayPage(0).gfn()),
                0,
                Xen.EINVAL);
        for (int i = 0; i < 4; i++) {
            int port = guest.ipi(i % 2);
            guest.send(port);
            guest.send(guest.cpu(1), port);
            guest.unmask(port);
            guest.close(port);
        }
        expectFifo("of another domain", other);
        s.witness("other-domain");
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        fifo.start();
        guest.quiet();
        expectFifo("after reset and a good set-up", fifo);
    }
}
