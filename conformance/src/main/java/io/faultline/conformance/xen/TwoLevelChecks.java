/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import java.util.List;

/**
 * Section 10.5: pending and mask bits, selectors and upcalls.
 *
 * @since 0.1
 */
public final class TwoLevelChecks {
    private static final int BEYOND = 4096;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: two-level events",
            Check.of("XEN-078", TwoLevelChecks::anEventIsPendingSelectedAndRaised)
                    .witnesses("raised")
                    .cut(),
            Check.of("XEN-079", TwoLevelChecks::aSecondSendChangesNothing)
                    .witnesses("sent-again")
                    .cut(),
            Check.of("XEN-080", TwoLevelChecks::aMaskedPortIsOnlyPending).cut(),
            Check.of("XEN-081", TwoLevelChecks::aSelectedWordIsNotSelectedAgain).cut(),
            Check.of("XEN-082", TwoLevelChecks::unmaskRaisesOnTheBoundVcpu)
                    .witnesses("from-another-vcpu")
                    .cut(),
            Check.of("XEN-083", TwoLevelChecks::unmaskRaisesNothingElse).cut(),
            Check.of("XEN-084", TwoLevelChecks::clearingTheBitIsNoUnmask)
                    .witnesses("unmasked-by-store")
                    .cut(),
            Check.of("XEN-085", TwoLevelChecks::portsAreInTheirWords).witnesses("last-port"),
            Check.of("XEN-086", TwoLevelChecks::aPendingBitThatStaysSilencesThePort)
                    .witnesses("silent", "raised-again")
                    .cut(),
            Check.of("XEN-090", TwoLevelChecks::wildBitsHurtNobodyElse)
                    .witnesses("other-domain")
                    .cut(),
            Check.of("XEN-091", TwoLevelChecks::aPendingBitOfTheGuestSilencesOnePort)
                    .cut(),
            Check.of("XEN-093", TwoLevelChecks::theScanAfterACloseFindsNothing).cut());

    private TwoLevelChecks() {}

    /** XEN-078. */
    private static void anEventIsPendingSelectedAndRaised(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            int port = guest.ipi(vcpu);
            guest.send(port);
            s.expectEqual("pending word 0 after an event", TwoLevel.bit(port), bits.pendingWord(0));
            bits.expectSelector("after an event", vcpu, 1L << TwoLevel.word(port));
            s.expectEqual("upcall byte after an event", 1, guest.upcall(vcpu));
            guest.expectUpcalls("after an event", vcpu, 1);
            s.witness("raised");
            s.expectEqual("upcall byte of the other vCPU", 0, guest.upcall(1 - vcpu));
            bits.quiet();
        }
    }

    /** XEN-079. */
    private static void aSecondSendChangesNothing(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        s.expectThat("the upcall is acknowledged", guest.acknowledge(0));
        guest.send(port);
        s.witness("sent-again");
        s.expectEqual("pending word 0 after the second send", TwoLevel.bit(port), bits.pendingWord(0));
        bits.expectSelector("after the second send", 0, 1);
        s.expectEqual("upcall byte after the second send", 1, guest.upcall(0));
        guest.setUpcall(0, 0);
        guest.end(0);
        guest.expectUpcalls("after the one for the first send", 0, 0);
        guest.send(port);
        guest.expectUpcall("after a send while pending and selected", 0, false);
        guest.expectUpcalls("after a send while pending and selected", 0, 0);
    }

    /** XEN-080. */
    private static void aMaskedPortIsOnlyPending(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        bits.mask(port);
        guest.send(port);
        bits.expectPending("after an event on a masked port", port, true);
        bits.expectSelector("after an event on a masked port", 0, 0);
        guest.expectUpcall("after an event on a masked port", 0, false);
        guest.expectUpcalls("after an event on a masked port", 0, 0);
        s.expectThat("the port is still masked", bits.isMasked(port));
    }

    /** XEN-081. */
    private static void aSelectedWordIsNotSelectedAgain(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int one = guest.ipi(0);
        int two = guest.ipi(0);
        guest.send(one);
        guest.expectUpcalls("after the first event", 0, 1);
        guest.send(two);
        s.expectEqual(
                "pending word 0 after the second event", TwoLevel.bit(one) | TwoLevel.bit(two), bits.pendingWord(0));
        bits.expectSelector("after the second event", 0, 1);
        guest.expectUpcall("after an event in a selected word", 0, false);
        guest.expectUpcalls("after an event in a selected word", 0, 0);
    }

    /** XEN-082. */
    private static void unmaskRaisesOnTheBoundVcpu(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        for (int bound = 0; bound < 2; bound++) {
            int port = guest.ipi(bound);
            for (int caller = 0; caller < 2; caller++) {
                bits.mask(port);
                guest.send(port);
                guest.unmask(guest.cpu(caller), port);
                s.witness("from-another-vcpu");
                s.expectThat("the port is unmasked", !bits.isMasked(port));
                bits.expectPending("after unmask", port, true);
                for (int vcpu = 0; vcpu < 2; vcpu++) {
                    String when = "after vCPU " + caller + " unmasked a port of vCPU " + bound;
                    bits.expectSelector(when, vcpu, vcpu == bound ? 1 : 0);
                    guest.expectUpcall(when, vcpu, vcpu == bound);
                    guest.expectUpcalls(when, vcpu, vcpu == bound ? 1 : 0);
                }
                bits.quiet();
            }
        }
    }

    /** XEN-083. */
    private static void unmaskRaisesNothingElse(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        int other = guest.ipi(0);
        bits.mask(port);
        bits.mask(other);
        guest.unmask(port);
        s.expectEqual("mask word 0 after unmask", TwoLevel.bit(other), bits.maskWord(0));
        bits.expectSelector("after unmask of a port that is not pending", 0, 0);
        guest.expectUpcall("after unmask of a port that is not pending", 0, false);
        guest.send(port);
        guest.quiet();
        guest.unmask(port);
        bits.expectPending("after unmask of a port that is not masked", port, true);
        bits.expectSelector("after unmask of a port that is not masked", 0, 0);
        guest.expectUpcall("after unmask of a port that is not masked", 0, false);
    }

    /** XEN-084. */
    private static void clearingTheBitIsNoUnmask(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        bits.mask(port);
        guest.send(port);
        bits.clearMask(port);
        s.witness("unmasked-by-store");
        bits.expectSelector("after the guest cleared the mask bit", 0, 0);
        guest.expectUpcall("after the guest cleared the mask bit", 0, false);
        guest.expectUpcalls("after the guest cleared the mask bit", 0, 0);
        bits.mask(port);
        guest.unmask(port);
        guest.expectUpcalls("after the guest masked the port and made the call", 0, 1);
    }

    /** XEN-085. */
    private static void portsAreInTheirWords(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int limit = PortChecks.twoLevelLimit(guest);
        guest.openUnbound(limit + 1);
        s.expectEqual("result of the last allocation", Xen.ENOSPC, guest.cpu().x(0));
        for (int port : new int[] {63, 64, 127, 128, limit}) {
            if (port > limit) {
                continue;
            }
            guest.close(port);
            s.expectEqual("port of an IPI", port, guest.ipi(0));
            guest.send(port);
            bits.expectWords("after an event on port " + port, TwoLevel.word(port), TwoLevel.bit(port));
            bits.expectSelector("after an event on port " + port, 0, 1L << TwoLevel.word(port));
            guest.expectUpcalls("after an event on port " + port, 0, 1);
            bits.setPendingWord(TwoLevel.word(port), 0);
            guest.setSelector(0, 0);
        }
        s.witness("last-port");
        s.expectEqual("state of port " + BEYOND, Xen.CLOSED, guest.state(BEYOND));
        guest.expectEvent("send on port " + BEYOND, Xen.EINVAL, Xen.SEND, BEYOND);
    }

    /** XEN-086. */
    private static void aPendingBitThatStaysSilencesThePort(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        guest.quiet();
        guest.send(port);
        bits.expectSelector("after a send while the pending bit is still set", 0, 0);
        guest.expectUpcall("after a send while the pending bit is still set", 0, false);
        s.witness("silent");
        bits.clearPending(port);
        guest.send(port);
        bits.expectSelector("after a send with the pending bit cleared", 0, 1);
        guest.expectUpcalls("after a send with the pending bit cleared", 0, 1);
        s.witness("raised-again");
    }

    /** XEN-090. */
    private static void wildBitsHurtNobodyElse(Scenario s) {
        TwoLevel wild = TwoLevel.boot(s, 2);
        TwoLevel other = TwoLevel.boot(s, 1);
        XenGuest guest = wild.guest();
        XenGuest.Channel channel = guest.channel();
        int ipi = guest.ipi(1);
        for (long pattern : new long[] {-1, 0, s.random().nextLong(), 1L << 63}) {
            wild.setAllWords(pattern, ~pattern);
            guest.setSelector(0, pattern);
            guest.setSelector(1, ~pattern);
            guest.setUpcall(0, (int) pattern & 0xFF);
            for (int port : new int[] {channel.sender(), channel.receiver(), ipi}) {
                guest.send(port);
                guest.unmask(port);
                guest.bindVcpu(channel.receiver(), 1);
                guest.send(guest.cpu(1), port);
            }
        }
        wild.setAllWords(0, 0);
        guest.quiet();
        guest.send(ipi);
        guest.expectUpcalls("of the wild guest once it cleared everything", 1, 1);
        s.expectEqual("pending word 0 of the other domain", 0, other.pendingWord(0));
        other.expectSelector("of the other domain", 0, 0);
        int port = other.guest().ipi(0);
        other.guest().send(port);
        other.guest().expectUpcalls("of the other domain", 0, 1);
        s.witness("other-domain");
    }

    /** XEN-091. */
    private static void aPendingBitOfTheGuestSilencesOnePort(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int silent = guest.ipi(0);
        int loud = guest.ipi(0);
        bits.setPending(silent);
        guest.send(silent);
        bits.expectSelector("after a send on a port that the guest set pending itself", 0, 0);
        guest.expectUpcall("after a send on a port that the guest set pending itself", 0, false);
        guest.send(loud);
        bits.expectSelector("after a send on another port of the word", 0, 1);
        guest.expectUpcalls("after a send on another port of the word", 0, 1);
    }

    /** XEN-093. */
    private static void theScanAfterACloseFindsNothing(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        guest.close(port);
        bits.expectSelector("after the pending port was closed", 0, 1);
        guest.expectUpcall("after the pending port was closed", 0, true);
        s.expectEqual("ports that the scan finds", List.of(), bits.scan(0));
        s.expectEqual("port that is used again", port, guest.ipi(0));
        guest.takeUpcalls(0);
        guest.send(port);
        guest.expectUpcalls("of the next user", 0, 1);
        s.expectEqual(
                "pending word 0",
                TwoLevel.bit(port),
                guest.cpu().get(XenGuest.SHARED_INFO + 0x30, AccessWidth.DOUBLEWORD));
    }
}
