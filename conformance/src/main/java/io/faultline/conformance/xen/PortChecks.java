/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.EventChannelLimits;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;

/**
 * Section 10.4, first part: allocating and binding ports.
 *
 * @since 0.1
 */
public final class PortChecks {
    private static final long[] NO_PORTS = {4096, 131_072, 0x8000_0000L, 0xFFFF_FFFFL};
    private static final int NO_VCPU = 99;
    private static final long EVERY_BIT = 0xFFFF_FFFFL;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: ports",
            Check.of("XEN-044", PortChecks::portZeroIsNobodys).cut(),
            Check.of("XEN-045", PortChecks::theLowestFreePortIsNext).cut(),
            Check.of("XEN-046", PortChecks::portsRunOut).witnesses("exhausted"),
            Check.of("XEN-047", PortChecks::anUnboundPortNamesItsDomain).cut(),
            Check.of("XEN-048", PortChecks::otherDomainsPortsAreTheirOwn).cut(),
            Check.of("XEN-049", PortChecks::anUnknownRemoteDomain).cut(),
            Check.of("XEN-050", PortChecks::bothEndsNameEachOther).cut(),
            Check.of("XEN-051", PortChecks::theNewEndIsPending).cut(),
            Check.of("XEN-052", PortChecks::whatIsNotUnboundCannotBeBoundTo).cut(),
            Check.of("XEN-053", PortChecks::aPortIsNotItsOwnPeer).cut(),
            Check.of("XEN-054", PortChecks::badVirqsAreRefused).cut(),
            Check.of("XEN-055", PortChecks::globalVirqsAreNotForGuests).cut(),
            Check.of("XEN-056", PortChecks::aVirqIsBoundForEachVcpu).cut(),
            Check.of("XEN-057", PortChecks::ipisForEachVcpu).cut(),
            Check.of("XEN-058", PortChecks::thereAreNoPirqs).cut(),
            Check.of("XEN-070", PortChecks::numbersBeyondTheLimitAreInvalid).cut(),
            Check.of("XEN-076", PortChecks::aFailedBindVirqChangesNothing).witnesses("exhausted"));

    private PortChecks() {}

    /** The number that the next allocation will give. */
    static int next(XenGuest guest) {
        int port = guest.unbound();
        guest.close(port);
        return port;
    }

    static int twoLevelLimit(XenGuest guest) {
        return Math.min(guest.highestPort(), EventChannelLimits.TWO_LEVEL);
    }

    private static void expectNext(String after, XenGuest guest, int port) {
        guest.scenario().expectEqual("the next port that is allocated " + after, port, next(guest));
    }

    /** XEN-044. */
    private static void portZeroIsNobodys(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        for (int i = 0; i < 3; i++) {
            s.expectThat("an allocated port is not 0", guest.unbound() != 0 && guest.ipi(0) != 0);
        }
        s.expectEqual("state of port 0", Xen.CLOSED, guest.status(0).state());
        guest.expectEvent("close of port 0", Xen.EINVAL, Xen.CLOSE, 0);
        guest.expectEvent("send on port 0", Xen.EINVAL, Xen.SEND, 0);
        guest.expectEvent("bind_vcpu of port 0", Xen.EINVAL, Xen.BIND_VCPU, 0, 0);
        guest.expectEvent("unmask of port 0", 0, Xen.UNMASK, 0);
        s.expectEqual(
                "state of port 0 after all that", Xen.CLOSED, guest.status(0).state());
    }

    /** XEN-045. */
    private static void theLowestFreePortIsNext(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int last = 0;
        int[] ports = new int[5];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = i % 2 == 0 ? guest.unbound() : guest.ipi(0);
            s.expectThat("port " + ports[i] + " is above port " + last, ports[i] > last);
            for (int skipped = last + 1; skipped < ports[i]; skipped++) {
                s.expectThat("port " + skipped + ", which was skipped, is in use", guest.state(skipped) != Xen.CLOSED);
            }
            last = ports[i];
        }
        for (int i : new int[] {3, 1}) {
            guest.close(ports[i]);
        }
        s.expectEqual("the first port after two were closed", ports[1], guest.ipi(0));
        s.expectEqual("the second port after two were closed", ports[3], guest.unbound());
        s.expectThat("the third port is new", guest.unbound() > last);
    }

    /** XEN-046. */
    private static void portsRunOut(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int limit = twoLevelLimit(guest);
        int before = next(guest) - 1;
        int opened = guest.openUnbound(limit + 5);
        s.expectEqual("result of the last allocation", Xen.ENOSPC, guest.cpu().x(0));
        s.expectEqual("ports that could be allocated", limit - before, opened);
        s.witness("exhausted");
        guest.expectEvent("bind_ipi without a free port", Xen.ENOSPC, Xen.BIND_IPI, 0);
        guest.expectEvent("bind_interdomain without a free port", Xen.ENOSPC, Xen.BIND_INTERDOMAIN, Xen.SELF, limit);
        guest.expectState(limit, Xen.UNBOUND);
        guest.close(limit / 2);
        s.expectEqual("the port after one was closed", limit / 2, guest.unbound());
        guest.expectEvent("alloc_unbound after that", Xen.ENOSPC, Xen.ALLOC_UNBOUND, both(Xen.SELF, Xen.SELF));
    }

    private static long both(long domain, long remote) {
        return domain | remote << 16;
    }

    /** XEN-047. */
    private static void anUnboundPortNamesItsDomain(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        XenGuest.Status status = guest.status(guest.unbound());
        s.expectEqual("state of an unbound port", Xen.UNBOUND, status.state());
        s.expectEqual("vCPU of an unbound port", 0, status.vcpu());
        int domain = status.first() & 0xFFFF;
        s.expectThat("the domain, " + domain + ", is a number and not DOMID_SELF", domain < Xen.SELF);
        guest.expectEvent("alloc_unbound with this number", 0, Xen.ALLOC_UNBOUND, both(domain, domain));
        s.expectEqual(
                "domain of a port that was allocated by number",
                domain,
                guest.status(guest.arguments().word(4)).first() & 0xFFFF);
    }

    /** XEN-048. */
    private static void otherDomainsPortsAreTheirOwn(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        XenGuest other = XenGuest.boot(s);
        int next = next(guest);
        int theirs = next(other);
        for (int foreign : guest.foreigners(other)) {
            guest.expectEvent(
                    "alloc_unbound in domain " + foreign, Xen.EPERM, Xen.ALLOC_UNBOUND, both(foreign, guest.domain()));
            guest.expectEvent("status of a port of domain " + foreign, Xen.EPERM, Xen.STATUS, foreign, 1, 0, 0, 0, 0);
        }
        guest.expectEvent(
                "alloc_unbound in an unknown domain",
                Xen.ESRCH,
                Xen.ALLOC_UNBOUND,
                both(Xen.NO_DOMAIN, guest.domain()));
        guest.expectEvent("status in an unknown domain", Xen.ESRCH, Xen.STATUS, Xen.NO_DOMAIN, 1, 0, 0, 0, 0);
        expectNext("here", guest, next);
        expectNext("there", other, theirs);
        guest.expectEvent("alloc_unbound with the own number", 0, Xen.ALLOC_UNBOUND, both(guest.domain(), Xen.SELF));
        s.expectEqual(
                "port allocated with the own number", next, guest.arguments().word(4));
    }

    /** XEN-049. */
    private static void anUnknownRemoteDomain(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int next = next(guest);
        long result = guest.event(Xen.ALLOC_UNBOUND, both(Xen.SELF, Xen.NO_DOMAIN));
        s.expectOneOf("result of alloc_unbound for an unknown domain", result, Xen.ESRCH, 0);
        if (result == 0) {
            s.expectEqual(
                    "domain of the port", Xen.NO_DOMAIN, guest.status(next).first() & 0xFFFF);
        } else {
            expectNext("after a refusal", guest, next);
        }
    }

    /** XEN-050. */
    private static void bothEndsNameEachOther(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int domain = guest.domain();
        XenGuest.Channel channel = guest.channel();
        s.expectThat("the ends are two ports", channel.sender() != channel.receiver());
        expectPeer(s, guest, channel.sender(), domain, channel.receiver());
        expectPeer(s, guest, channel.receiver(), domain, channel.sender());
        for (int parameter : new int[] {Xen.STORE_EVTCHN, Xen.CONSOLE_EVTCHN}) {
            int port = guest.getParam(Xen.SELF, parameter) == 0
                    ? (int) guest.arguments().quad(8)
                    : 0;
            if (port != 0) {
                theNumberIsConnectedAgain(s, guest, port, domain);
            }
        }
    }

    /** A number that was connected to domain 0, and sent there, is used for a connection of the domain to itself. */
    private static void theNumberIsConnectedAgain(Scenario s, XenGuest guest, int port, int domain) {
        int receiver = guest.ipi(0);
        guest.send(port);
        guest.close(receiver);
        s.expectEqual("port of the receiver", receiver, guest.unbound());
        guest.close(port);
        s.expectEqual("port of the sender, which was domain 0's", port, guest.connect(receiver));
        expectPeer(s, guest, port, domain, receiver);
        expectPeer(s, guest, receiver, domain, port);
        guest.send(port);
        GuestStep step = guest.poll(guest.cpu(), 0, receiver);
        s.expectRetired("poll of the receiver, which is pending after a send", step);
        s.expectEqual("result of poll", 0, guest.cpu().x(0));
    }

    private static void expectPeer(Scenario s, XenGuest guest, int port, int domain, int peer) {
        XenGuest.Status status = guest.status(port);
        s.expectEqual("state of port " + port, Xen.INTERDOMAIN, status.state());
        s.expectEqual("domain of the peer of port " + port, domain, status.first() & 0xFFFF);
        s.expectEqual("peer of port " + port, peer, status.second());
        s.expectEqual("vCPU of port " + port, 0, status.vcpu());
    }

    /** XEN-051. */
    private static void theNewEndIsPending(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        int receiver = bits.guest().unbound();
        bits.guest().send(receiver);
        bits.expectPending("after a send to an unbound port", receiver, false);
        int sender = bits.guest().connect(receiver);
        bits.expectPending("after bind_interdomain, of the end that was bound", sender, true);
        bits.expectPending("after bind_interdomain, of the end that was bound to", receiver, false);
        bits.guest().expectUpcalls("after bind_interdomain", 0, 1);
    }

    /** XEN-052. */
    private static void whatIsNotUnboundCannotBeBoundTo(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        XenGuest other = XenGuest.boot(s);
        int free = guest.unbound();
        XenGuest.Channel channel = guest.channel();
        int virq = guest.virq(Xen.VIRQ_TIMER, 0);
        int ipi = guest.ipi(0);
        int alsoFree = guest.unbound();
        guest.close(free);
        guest.close(alsoFree);
        for (long port : new long[] {
            0, alsoFree, channel.sender(), channel.receiver(), virq, ipi, 4096, 131_072, 0x8000_0000L, EVERY_BIT
        }) {
            guest.expectEvent("bind_interdomain to port " + port, Xen.EINVAL, Xen.BIND_INTERDOMAIN, Xen.SELF, port);
            expectNext("after that", guest, free);
        }
        guest.expectEvent("bind_interdomain to an unknown domain", Xen.ESRCH, Xen.BIND_INTERDOMAIN, Xen.NO_DOMAIN, 1);
        int reserved = other.unbound();
        s.expectOneOf(
                "result of bind_interdomain to a port that another domain keeps for itself",
                guest.event(Xen.BIND_INTERDOMAIN, other.domain(), reserved),
                Xen.EINVAL,
                Xen.EPERM);
        other.expectState(reserved, Xen.UNBOUND);
        expectNext("after all that", guest, free);
        expectPeer(s, guest, channel.sender(), guest.domain(), channel.receiver());
    }

    /** XEN-053. */
    private static void aPortIsNotItsOwnPeer(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int next = next(guest);
        guest.expectEvent(
                "bind_interdomain to the port about to be allocated", Xen.EINVAL, Xen.BIND_INTERDOMAIN, Xen.SELF, next);
        s.expectEqual("state of that port", Xen.CLOSED, guest.state(next));
        expectNext("after that", guest, next);
    }

    /** XEN-054. */
    private static void badVirqsAreRefused(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        int next = next(guest);
        for (long virq : new long[] {24, 25, 0x7FFF_FFFFL, 0x8000_0000L, EVERY_BIT}) {
            guest.expectEvent("bind_virq " + virq, Xen.EINVAL, Xen.BIND_VIRQ, virq, 0);
        }
        for (long virq : new long[] {Xen.VIRQ_CONSOLE, 3, 8, Xen.VIRQ_ARGO}) {
            guest.expectEvent("bind_virq " + virq + " on vCPU 1", Xen.EINVAL, Xen.BIND_VIRQ, virq, 1);
        }
        for (long vcpu : new long[] {2, NO_VCPU, EVERY_BIT}) {
            guest.expectEvent("bind_virq 0 on vCPU " + vcpu, Xen.ENOENT, Xen.BIND_VIRQ, Xen.VIRQ_TIMER, vcpu);
        }
        expectNext("after refusals", guest, next);
        int port = guest.virq(Xen.VIRQ_TIMER, 1);
        guest.expectEvent("bind_virq of a bound VIRQ", Xen.EEXIST, Xen.BIND_VIRQ, Xen.VIRQ_TIMER, 1);
        XenGuest.Status status = guest.status(port);
        s.expectEqual("state of the VIRQ's port", Xen.VIRQ, status.state());
        s.expectEqual("vCPU of the VIRQ's port", 1, status.vcpu());
        s.expectEqual("VIRQ of the port", Xen.VIRQ_TIMER, status.first());
        guest.virq(Xen.VIRQ_DEBUG, 1);
    }

    /** XEN-055. */
    private static void globalVirqsAreNotForGuests(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long first = 1;
        for (long virq : new long[] {Xen.VIRQ_CONSOLE, 3, 4, 6, 8, 9, 10, 12}) {
            long result = guest.event(Xen.BIND_VIRQ, virq, 0);
            s.expectOneOf("result of bind_virq " + virq, result, Xen.EBUSY, 0);
            s.expectThat("every global VIRQ has the same result", first == 1 || first == result);
            first = result;
        }
    }

    /** XEN-056. */
    private static void aVirqIsBoundForEachVcpu(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        int one = guest.virq(Xen.VIRQ_TIMER, 0);
        int two = guest.virq(Xen.VIRQ_TIMER, 1);
        s.expectThat("the ports differ", one != two);
        s.expectEqual("vCPU of the first port", 0, guest.status(one).vcpu());
        s.expectEqual("vCPU of the second port", 1, guest.status(two).vcpu());
    }

    /** XEN-057. */
    private static void ipisForEachVcpu(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        int[] ports = {guest.ipi(0), guest.ipi(1), guest.ipi(0), guest.ipi(1)};
        for (int i = 0; i < ports.length; i++) {
            XenGuest.Status status = guest.status(ports[i]);
            s.expectEqual("state of an IPI port", Xen.IPI, status.state());
            s.expectEqual("vCPU of an IPI port", i % 2, status.vcpu());
            for (int j = 0; j < i; j++) {
                s.expectThat("the ports differ", ports[i] != ports[j]);
            }
        }
        int next = next(guest);
        for (long vcpu : new long[] {2, NO_VCPU, 0x8000_0000L, EVERY_BIT}) {
            guest.expectEvent("bind_ipi on vCPU " + vcpu, Xen.ENOENT, Xen.BIND_IPI, vcpu);
        }
        expectNext("after refusals", guest, next);
    }

    /** XEN-058. */
    private static void thereAreNoPirqs(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int next = next(guest);
        for (long pirq : new long[] {0, 32, EVERY_BIT}) {
            guest.expectEvent("bind_pirq " + pirq, Xen.EOPNOTSUPP, Xen.BIND_PIRQ, pirq, 0, 0);
        }
        expectNext("after refusals", guest, next);
    }

    /** XEN-070. */
    private static void numbersBeyondTheLimitAreInvalid(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int next = next(guest);
        for (long port : NO_PORTS) {
            String name = " of port " + port;
            guest.expectEvent("bind_interdomain to port " + port, Xen.EINVAL, Xen.BIND_INTERDOMAIN, Xen.SELF, port);
            guest.expectEvent("close" + name, Xen.EINVAL, Xen.CLOSE, port);
            guest.expectEvent("send" + name, Xen.EINVAL, Xen.SEND, port);
            guest.expectEvent("status" + name, Xen.EINVAL, Xen.STATUS, Xen.SELF, port, 0, 0, 0, 0);
            guest.expectEvent("bind_vcpu" + name, Xen.EINVAL, Xen.BIND_VCPU, port, 0);
            guest.expectEvent("unmask" + name, Xen.EINVAL, Xen.UNMASK, port);
            boolean fifo = s.capabilities().has(Capabilities.EVENT_CHANNELS_FIFO);
            guest.expectEvent("set_priority" + name, fifo ? Xen.EINVAL : Xen.ENOSYS, Xen.SET_PRIORITY, port, 3);
        }
        bits.expectWords("after all that", 0, 0);
        guest.expectUpcall("after all that", 0, false);
        expectNext("after all that", guest, next);
    }

    /** XEN-076. */
    private static void aFailedBindVirqChangesNothing(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int debug = guest.virq(Xen.VIRQ_DEBUG, 0);
        guest.openUnbound(twoLevelLimit(guest) + 1);
        s.expectEqual("result of the last allocation", Xen.ENOSPC, guest.cpu().x(0));
        s.witness("exhausted");
        guest.expectEvent("bind_virq without a free port", Xen.ENOSPC, Xen.BIND_VIRQ, Xen.VIRQ_TIMER, 0);
        s.expectOneOf(
                "result of bind_virq of a bound VIRQ without a free port",
                guest.event(Xen.BIND_VIRQ, Xen.VIRQ_DEBUG, 0),
                Xen.EEXIST,
                Xen.ENOSPC);
        s.expectEqual(
                "state of the port of the other VIRQ",
                Xen.VIRQ,
                guest.status(debug).state());
        guest.close(debug + 1);
        s.expectEqual("port of the VIRQ once one is free", debug + 1, guest.virq(Xen.VIRQ_TIMER, 0));
        guest.close(debug);
        s.expectEqual("port of the other VIRQ after it was closed", debug, guest.virq(Xen.VIRQ_DEBUG, 0));
    }
}
