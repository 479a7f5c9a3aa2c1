/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;

/**
 * Section 10.4, races: the call of one vCPU at every point of another's program.
 *
 * @since 0.1
 */
public final class PortRaceChecks {
    private static final String BEFORE = "before";
    private static final String BETWEEN = "between";
    private static final String AFTER = "after";

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: races of ports",
            Check.of("XEN-071", PortRaceChecks::noPortIsGivenTwice).witnesses(BEFORE, BETWEEN, AFTER),
            Check.of("XEN-072", PortRaceChecks::onePeerWins).witnesses(BEFORE, AFTER),
            Check.of("XEN-073", PortRaceChecks::bothEndsCanBeClosed).witnesses(BEFORE, AFTER),
            Check.of("XEN-074", PortRaceChecks::noStaleEventReachesTheNextUser).witnesses(BEFORE, BETWEEN, AFTER));

    private PortRaceChecks() {}

    /** Notes on which side of the program's calls the other vCPU's call falls. */
    static void sideOf(XenGuest guest) {
        long left = guest.cpu().x(21);
        guest.scenario().witness(left == 0 ? AFTER : left == 1 && isTwoCalls(guest) ? BETWEEN : BEFORE);
    }

    private static boolean isTwoCalls(XenGuest guest) {
        return guest.cpu().x(20) == 2;
    }

    private static GuestCode twice(XenGuest guest, int command, long... words) {
        guest.cpu().x(20, 2);
        return Programs.eventTwice(guest, guest.cpu(), command, words);
    }

    static GuestCode once(XenGuest guest, int command, long... words) {
        guest.cpu().x(20, 1);
        return Programs.event(guest, guest.cpu(), command, words);
    }

    /** XEN-071. */
    private static void noPortIsGivenTwice(Scenario s) {
        Interleaving.explore(s, () -> {
            XenGuest guest = XenGuest.boot(s, 2);
            int[] theirs = new int[1];
            return new Interleaving.Race(
                    guest,
                    twice(guest, Xen.ALLOC_UNBOUND, Xen.SELF | (long) Xen.SELF << 16),
                    () -> {
                        sideOf(guest);
                        theirs[0] = guest.unbound(guest.cpu(1));
                    },
                    when -> {
                        int first = (int) guest.cpu().x(25);
                        int second = guest.arguments().word(4);
                        s.expectEqual(
                                "results of both allocations " + when,
                                0,
                                guest.cpu().x(24) | guest.cpu().x(0));
                        s.expectThat(
                                "ports " + first + ", " + second + " and " + theirs[0] + " differ " + when,
                                first != second && first != theirs[0] && second != theirs[0]);
                        for (int port : new int[] {first, second, theirs[0]}) {
                            guest.expectState(port, Xen.UNBOUND);
                        }
                    });
        });
    }

    /** XEN-072. */
    private static void onePeerWins(Scenario s) {
        Interleaving.explore(s, () -> {
            XenGuest guest = XenGuest.boot(s, 2);
            int port = guest.unbound();
            long[] theirs = new long[1];
            return new Interleaving.Race(
                    guest,
                    once(guest, Xen.BIND_INTERDOMAIN, Xen.SELF, port),
                    () -> {
                        sideOf(guest);
                        theirs[0] = guest.event(guest.cpu(1), Xen.BIND_INTERDOMAIN, Xen.SELF, port);
                    },
                    when -> {
                        long ours = guest.cpu().x(0);
                        s.expectThat(
                                "of the results " + ours + " and " + theirs[0] + " one is 0 and one -22 " + when,
                                ours == 0 && theirs[0] == Xen.EINVAL || ours == Xen.EINVAL && theirs[0] == 0);
                        int winner =
                                guest.arguments(guest.cpu(ours == 0 ? 0 : 1)).word(8);
                        s.expectEqual(
                                "peer of the port " + when,
                                winner,
                                guest.status(port).second());
                        s.expectEqual(
                                "peer of the winner " + when,
                                port,
                                guest.status(winner).second());
                    });
        });
    }

    /** XEN-073. */
    private static void bothEndsCanBeClosed(Scenario s) {
        Interleaving.explore(s, () -> {
            XenGuest guest = XenGuest.boot(s, 2);
            XenGuest.Channel channel = guest.channel();
            long[] theirs = new long[1];
            return new Interleaving.Race(
                    guest,
                    once(guest, Xen.CLOSE, channel.sender()),
                    () -> {
                        sideOf(guest);
                        theirs[0] = guest.event(guest.cpu(1), Xen.CLOSE, channel.receiver());
                    },
                    when -> {
                        s.expectOneOf("result of one close " + when, guest.cpu().x(0), 0, Xen.EINVAL);
                        s.expectOneOf("result of the other close " + when, theirs[0], 0, Xen.EINVAL);
                        guest.expectState(channel.sender(), guest.cpu().x(0) == 0 ? Xen.CLOSED : Xen.UNBOUND);
                        guest.expectState(channel.receiver(), theirs[0] == 0 ? Xen.CLOSED : Xen.UNBOUND);
                    });
        });
    }

    /** XEN-074. */
    private static void noStaleEventReachesTheNextUser(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            XenGuest.Channel channel = bits.channel();
            boolean[] raised = new boolean[1];
            return new Interleaving.Race(
                    guest,
                    twice(guest, Xen.SEND, channel.sender()),
                    () -> {
                        sideOf(guest);
                        guest.expectEvent(guest.cpu(1), "close of the peer", 0, Xen.CLOSE, channel.receiver());
                        s.expectEqual("result of bind_ipi", 0, guest.event(guest.cpu(1), Xen.BIND_IPI, 1));
                        s.expectEqual(
                                "port that is used again",
                                channel.receiver(),
                                guest.arguments(guest.cpu(1)).word(4));
                        raised[0] = isRaised(guest, channel.receiver());
                    },
                    when -> {
                        for (long result :
                                new long[] {guest.cpu().x(24), guest.cpu().x(0)}) {
                            s.expectOneOf("result of a send " + when, result, 0, Xen.EINVAL);
                        }
                        s.expectThat(
                                "the next user of the number gets no event after its bind returned, " + when,
                                raised[0] || !bits.isPending(channel.receiver()));
                    });
        });
    }

    /** Reads the pending bit by the vCPU that makes the call, as the other is inside its program. */
    private static boolean isRaised(XenGuest guest, int port) {
        long word = guest.cpu(1)
                .get(
                        XenGuest.SHARED_INFO + Xen.PENDING_BITS + 8L * TwoLevel.word(port),
                        io.faultline.api.arm64.AccessWidth.DOUBLEWORD);
        return (word & TwoLevel.bit(port)) != 0;
    }
}
