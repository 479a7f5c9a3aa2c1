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
 * Section 10.4, second part: what is done with a port in each of its states.
 *
 * @since 0.1
 */
public final class PortStateChecks {
    private static final int NO_VCPU = 99;
    private static final int UNTOUCHED = 0xAAAA_AAAA;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: states of ports",
            Check.of("XEN-059", PortStateChecks::whatIsNotOpenCannotBeClosed).cut(),
            Check.of("XEN-060", PortStateChecks::thePeerOfAClosedPortIsUnbound)
                    .witnesses("pending")
                    .cut(),
            Check.of("XEN-061", PortStateChecks::theSurvivingEndCanBeBoundToAgain)
                    .cut(),
            Check.of("XEN-062", PortStateChecks::closeForgetsTheEventAndTheVcpu)
                    .witnesses("pending", "reused")
                    .cut(),
            Check.of("XEN-063", PortStateChecks::aClosedVirqCanBeBoundAgain).cut(),
            Check.of("XEN-064", PortStateChecks::whatCanBeSentOn)
                    .witnesses("ipi")
                    .cut(),
            Check.of("XEN-065", PortStateChecks::statusSaysWhatEachStateHas).cut(),
            Check.of("XEN-066", PortStateChecks::whichPortsMove).cut(),
            Check.of("XEN-067", PortStateChecks::aPendingPortThatMovesIsNotLost)
                    .witnesses("pending")
                    .cut(),
            Check.of("XEN-068", PortStateChecks::eventsGoToTheBoundVcpuOnly)
                    .witnesses("event")
                    .cut(),
            Check.of("XEN-069", PortStateChecks::aNumberThatWasNeverUsed).cut());

    private PortStateChecks() {}

    /** XEN-059. */
    private static void whatIsNotOpenCannotBeClosed(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int port = guest.unbound();
        guest.close(port);
        for (long closed : new long[] {0, port, guest.highestPort(), guest.highestPort() + 1L, 0xFFFF_FFFFL}) {
            guest.expectEvent("close of port " + closed, Xen.EINVAL, Xen.CLOSE, closed);
        }
        s.expectEqual("the next port", port, guest.unbound());
    }

    /** XEN-060. */
    private static void thePeerOfAClosedPortIsUnbound(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        XenGuest.Channel channel = bits.channel();
        guest.bindVcpu(channel.receiver(), 1);
        guest.send(channel.sender());
        bits.expectPending("after a send", channel.receiver(), true);
        s.witness("pending");
        guest.quiet();
        guest.close(channel.sender());
        XenGuest.Status status = guest.status(channel.receiver());
        s.expectEqual("state of the peer", Xen.UNBOUND, status.state());
        s.expectEqual("domain that the peer is reserved for", guest.domain(), status.first() & 0xFFFF);
        s.expectEqual("vCPU of the peer", 1, status.vcpu());
        bits.expectPending("after its peer was closed", channel.receiver(), true);
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            guest.expectUpcall("after the close", vcpu, false);
            bits.expectSelector("after the close", vcpu, 0);
        }
    }

    /** XEN-061. */
    private static void theSurvivingEndCanBeBoundToAgain(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        XenGuest.Channel channel = bits.channel();
        guest.close(channel.sender());
        guest.send(channel.receiver());
        s.expectEqual("pending bits after a send on the surviving end", 0, bits.pendingWord(0));
        guest.expectUpcall("after a send on the surviving end", 0, false);
        int sender = guest.connect(channel.receiver());
        s.expectEqual("the number of the new end", channel.sender(), sender);
        bits.quiet();
        guest.send(sender);
        bits.expectPending("after a send on the new end", channel.receiver(), true);
    }

    /** XEN-062. */
    private static void closeForgetsTheEventAndTheVcpu(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        for (boolean masked : new boolean[] {false, true}) {
            XenGuest.Channel channel = bits.channel();
            int port = channel.receiver();
            guest.bindVcpu(port, 1);
            if (masked) {
                bits.mask(port);
            }
            guest.send(channel.sender());
            bits.expectPending("after a send", port, true);
            s.witness("pending");
            guest.close(port);
            bits.expectPending("after close", port, false);
            s.expectEqual("mask bit of port " + port + " after close", masked, bits.isMasked(port));
            s.expectEqual("the next user of the number", port, guest.unbound());
            s.witness("reused");
            s.expectEqual("vCPU of the next user", 0, guest.status(port).vcpu());
            bits.clearMask(port);
            guest.close(port);
            guest.close(channel.sender());
            bits.quiet();
        }
    }

    /** XEN-063. */
    private static void aClosedVirqCanBeBoundAgain(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        int port = guest.virq(Xen.VIRQ_TIMER, 0);
        int other = guest.virq(Xen.VIRQ_TIMER, 1);
        guest.close(port);
        guest.expectEvent("bind_virq on the other vCPU", Xen.EEXIST, Xen.BIND_VIRQ, Xen.VIRQ_TIMER, 1);
        s.expectEqual("port of the VIRQ that is bound again", port, guest.virq(Xen.VIRQ_TIMER, 0));
        s.expectEqual(
                "state of the other vCPU's port", Xen.VIRQ, guest.status(other).state());
    }

    /** XEN-064. */
    private static void whatCanBeSentOn(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int free = guest.unbound();
        int unbound = guest.unbound();
        int virq = guest.virq(Xen.VIRQ_TIMER, 0);
        int ipi = guest.ipi(0);
        guest.close(free);
        for (long port : new long[] {0, free, virq, guest.highestPort(), 0xFFFF_FFFFL}) {
            guest.expectEvent("send on port " + port, Xen.EINVAL, Xen.SEND, port);
        }
        guest.send(unbound);
        s.expectEqual("pending bits after these sends", 0, bits.pendingWord(0));
        guest.expectUpcall("after these sends", 0, false);
        guest.send(ipi);
        s.expectEqual("pending bits after a send on an IPI port", TwoLevel.bit(ipi), bits.pendingWord(0));
        s.witness("ipi");
    }

    /** XEN-065. */
    private static void statusSaysWhatEachStateHas(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        int domain = guest.domain();
        int closed = guest.unbound();
        int unbound = guest.unbound();
        XenGuest.Channel channel = guest.channel();
        int virq = guest.virq(Xen.VIRQ_DEBUG, 1);
        int ipi = guest.ipi(1);
        guest.close(closed);
        guest.bindVcpu(unbound, 1);
        expectStatus(s, guest, closed, Xen.CLOSED, 0, UNTOUCHED, UNTOUCHED);
        expectStatus(s, guest, 0, Xen.CLOSED, 0, UNTOUCHED, UNTOUCHED);
        expectStatus(s, guest, ipi, Xen.IPI, 1, UNTOUCHED, UNTOUCHED);
        expectStatus(s, guest, virq, Xen.VIRQ, 1, Xen.VIRQ_DEBUG, UNTOUCHED);
        int named = UNTOUCHED & ~0xFFFF | domain;
        expectStatus(s, guest, unbound, Xen.UNBOUND, 1, named, UNTOUCHED);
        expectStatus(s, guest, channel.sender(), Xen.INTERDOMAIN, 0, named, channel.receiver());
    }

    private static void expectStatus(Scenario s, XenGuest guest, int port, int state, int vcpu, int first, int second) {
        String name = " of port " + port + " in state " + state;
        guest.expectEvent("status" + name, 0, Xen.STATUS, Xen.SELF, port, UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED);
        GuestBlock block = guest.arguments();
        s.expectEqual("state" + name, state, block.word(8));
        s.expectEqual("vCPU" + name, vcpu, block.word(12));
        s.expectEqual("first word of the union" + name, first & 0xFFFF_FFFFL, block.word(16) & 0xFFFF_FFFFL);
        s.expectEqual("second word of the union" + name, second & 0xFFFF_FFFFL, block.word(20) & 0xFFFF_FFFFL);
    }

    /** XEN-066. */
    private static void whichPortsMove(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        int free = guest.unbound();
        int unbound = guest.unbound();
        XenGuest.Channel channel = guest.channel();
        int virq = guest.virq(Xen.VIRQ_TIMER, 0);
        int ipi = guest.ipi(0);
        long argo = guest.event(Xen.BIND_VIRQ, Xen.VIRQ_ARGO, 0);
        if (argo == 0) {
            guest.bindVcpu(guest.arguments().word(8), 1);
        }
        guest.close(free);
        for (int port : new int[] {unbound, channel.sender(), channel.receiver()}) {
            guest.bindVcpu(port, 1);
            s.expectEqual(
                    "vCPU of port " + port + " after bind_vcpu",
                    1,
                    guest.status(port).vcpu());
        }
        for (long port : new long[] {ipi, virq, free, 0, 0xFFFF_FFFFL}) {
            guest.expectEvent("bind_vcpu of port " + port, Xen.EINVAL, Xen.BIND_VCPU, port, 1);
        }
        for (long port : new long[] {unbound, ipi, free, 0xFFFF_FFFFL}) {
            for (long vcpu : new long[] {2, NO_VCPU, 0xFFFF_FFFFL}) {
                guest.expectEvent(
                        "bind_vcpu of port " + port + " to vCPU " + vcpu, Xen.ENOENT, Xen.BIND_VCPU, port, vcpu);
            }
        }
        s.expectEqual("vCPU of the IPI port", 0, guest.status(ipi).vcpu());
        s.expectEqual("vCPU of the VIRQ's port", 0, guest.status(virq).vcpu());
    }

    /** XEN-067: an emulator may raise the port on the new vCPU at once. */
    private static void aPendingPortThatMovesIsNotLost(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        XenGuest.Channel channel = bits.channel();
        int port = channel.receiver();
        guest.send(channel.sender());
        bits.expectSelector("after a send", 0, 1);
        s.witness("pending");
        guest.quiet();
        bits.mask(port);
        guest.bindVcpu(port, 1);
        bits.expectPending("after bind_vcpu", port, true);
        guest.expectUpcall("of the old one after bind_vcpu", 0, false);
        s.expectOneOf("selector of the new vCPU after bind_vcpu", guest.selector(1), 0, 1);
        guest.unmask(port);
        guest.expectUpcall("after mask, bind_vcpu and unmask", 1, true);
        s.expectEqual("ports that the new vCPU handles", java.util.List.of(port), bits.scan(1));
        guest.expectUpcall("of the old one after unmask", 0, false);
    }

    /** XEN-068. */
    private static void eventsGoToTheBoundVcpuOnly(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 3);
        XenGuest guest = bits.guest();
        XenGuest.Channel channel = bits.channel();
        for (int target : new int[] {2, 0, 1}) {
            guest.bindVcpu(channel.receiver(), target);
            guest.send(channel.sender());
            s.witness("event");
            for (int vcpu = 0; vcpu < 3; vcpu++) {
                String when = "after an event for vCPU " + target;
                bits.expectSelector(when, vcpu, vcpu == target ? 1 : 0);
                guest.expectUpcall(when, vcpu, vcpu == target);
            }
            bits.quiet();
        }
    }

    /** XEN-069. */
    private static void aNumberThatWasNeverUsed(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        for (int port : new int[] {PortChecks.next(guest), PortChecks.twoLevelLimit(guest)}) {
            s.expectOneOf("unmask of unused port " + port, guest.event(Xen.UNMASK, port), 0, Xen.EINVAL);
            s.expectOneOf(
                    "set_priority of unused port " + port,
                    guest.event(Xen.SET_PRIORITY, port, 3),
                    Xen.ENOSYS,
                    Xen.EINVAL);
            s.expectEqual("state of unused port " + port, Xen.CLOSED, guest.state(port));
        }
        bits.expectWords("after all that", 0, 0);
        bits.expectSelector("after all that", 0, 0);
        guest.expectUpcall("after all that", 0, false);
    }
}
