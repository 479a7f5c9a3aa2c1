/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Section 10.4, races: the call of one vCPU at every point of another's program.
 *
 * @since 0.1
 */
public final class PortRaceChecks {
    private static final String BEFORE = "before";
    private static final String BETWEEN = "between";
    private static final String AFTER = "after";
    private static final int LAST_LOOKED_AT = 24;

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
        guest.scenario().witness(left == 0 ? AFTER : left == guest.cpu().x(20) ? BEFORE : BETWEEN);
    }

    static GuestCode once(XenGuest guest, int command, long... words) {
        guest.cpu().x(20, 1);
        return Programs.event(guest, guest.cpu(), command, words);
    }

    private static Programs.Call offer() {
        return new Programs.Call(Xen.ALLOC_UNBOUND, Xen.SELF | (long) Xen.SELF << 16, 0);
    }

    private static long make(XenGuest guest, SteppingGuestCpu cpu, Programs.Call call) {
        long result = guest.event(cpu, call.command(), call.words());
        guest.scenario().expectEqual("result of the other vCPU's call " + call.command(), 0, result);
        return guest.arguments(cpu).word(call.portOffset());
    }

    /** XEN-071: two calls of one vCPU and two of another, of all kinds; a number below those in use is free. */
    private static void noPortIsGivenTwice(Scenario s) {
        List<Programs.Call> kinds = List.of(
                offer(), new Programs.Call(Xen.BIND_IPI, 1, 0), new Programs.Call(Xen.BIND_VIRQ, Xen.VIRQ_DEBUG, 1, 0));
        for (int i = 0; i < kinds.size(); i++) {
            Programs.Call mine = kinds.get(i);
            Programs.Call theirs = kinds.get((i + 1) % kinds.size());
            Interleaving.explore(s, () -> {
                XenGuest guest = XenGuest.boot(s, 2);
                int hole = guest.unbound();
                guest.unbound();
                guest.close(hole);
                List<Long> given = new ArrayList<>();
                GuestCode code = Programs.calls(guest, guest.cpu(), mine, offer());
                return new Interleaving.Race(
                        guest.rig(),
                        code,
                        () -> {
                            sideOf(guest);
                            given.add(make(guest, guest.cpu(1), theirs));
                            given.add(make(guest, guest.cpu(1), offer()));
                        },
                        when -> {
                            expectResults(guest, 2, when);
                            given.add((long) Programs.portOf(guest, guest.cpu(), 0, mine));
                            given.add((long) Programs.portOf(guest, guest.cpu(), 1, offer()));
                            s.expectThat(
                                    "ports " + given + " differ " + when, new TreeSet<>(given).size() == given.size());
                            s.expectThat("the number that was free was given " + when, given.contains((long) hole));
                            for (long port : given) {
                                s.expectThat("port " + port + " is in use " + when, guest.state(port) != Xen.CLOSED);
                            }
                        });
            });
        }
    }

    private static void expectResults(XenGuest guest, int calls, String when) {
        for (int i = 0; i < calls; i++) {
            guest.scenario()
                    .expectEqual(
                            "result of call " + i + " of the program " + when,
                            0,
                            guest.cpu().x(24 + i));
        }
    }

    private static int portsInUse(XenGuest guest) {
        int count = 0;
        for (int port = 1; port < LAST_LOOKED_AT; port++) {
            count += guest.state(port) == Xen.CLOSED ? 0 : 1;
        }
        return count;
    }

    /** XEN-072. */
    private static void onePeerWins(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            int port = guest.unbound();
            int before = portsInUse(guest);
            long[] theirs = new long[1];
            return new Interleaving.Race(
                    guest.rig(),
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
                        s.expectEqual("ports in use " + when, before + 1, portsInUse(guest));
                        s.expectEqual("pending bits " + when, TwoLevel.bit(winner), bits.pendingWord(0));
                        guest.send(winner);
                        bits.expectPending("after a send of the winner " + when, port, true);
                    });
        });
    }

    /** XEN-073. */
    private static void bothEndsCanBeClosed(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            XenGuest.Channel channel = bits.channel();
            long[] theirs = new long[1];
            return new Interleaving.Race(
                    guest.rig(),
                    once(guest, Xen.CLOSE, channel.sender()),
                    () -> {
                        sideOf(guest);
                        theirs[0] = guest.event(guest.cpu(1), Xen.CLOSE, channel.receiver());
                    },
                    when -> {
                        long ours = guest.cpu().x(0);
                        s.expectOneOf("result of one close " + when, ours, 0, Xen.EINVAL);
                        s.expectOneOf("result of the other close " + when, theirs[0], 0, Xen.EINVAL);
                        s.expectThat("one of them was closed " + when, ours == 0 || theirs[0] == 0);
                        expectClosed(guest, channel.sender(), ours, when);
                        expectClosed(guest, channel.receiver(), theirs[0], when);
                        s.expectEqual("pending bits " + when, 0, bits.pendingWord(0));
                        int[] next = {guest.ipi(0), guest.ipi(1)};
                        s.expectThat(
                                "the next ports, " + next[0] + " and " + next[1] + ", are those that were closed "
                                        + when,
                                next[0] + next[1] == channel.sender() + channel.receiver() && next[0] < next[1]);
                    });
        });
    }

    /** Demands that a port is closed, or, if its close was refused, waits for a peer and can be closed then. */
    private static void expectClosed(XenGuest guest, int port, long result, String when) {
        guest.scenario()
                .expectEqual(
                        "state of port " + port + " " + when,
                        result == 0 ? Xen.CLOSED : Xen.UNBOUND,
                        guest.state(port));
        if (result != 0) {
            guest.close(port);
        }
    }

    /** XEN-074: a number goes to another user while its old peer sends; then the other way round. */
    private static void noStaleEventReachesTheNextUser(Scenario s) {
        for (Programs.Call next : List.of(
                new Programs.Call(Xen.BIND_IPI, 1, 0),
                offer(),
                new Programs.Call(Xen.BIND_VIRQ, Xen.VIRQ_DEBUG, 1, 0))) {
            Interleaving.explore(s, () -> {
                TwoLevel bits = TwoLevel.boot(s, 2);
                XenGuest guest = bits.guest();
                XenGuest.Channel channel = bits.channel();
                boolean[] raised = new boolean[1];
                GuestCode code = Programs.calls(
                        guest,
                        guest.cpu(),
                        new Programs.Call(Xen.SEND, channel.sender()),
                        new Programs.Call(Xen.SEND, channel.sender()));
                return new Interleaving.Race(
                        guest.rig(),
                        code,
                        () -> {
                            sideOf(guest);
                            guest.expectEvent(guest.cpu(1), "close of the peer", 0, Xen.CLOSE, channel.receiver());
                            s.expectEqual(
                                    "port that is used again", channel.receiver(), make(guest, guest.cpu(1), next));
                            raised[0] = isRaised(guest, channel.receiver());
                        },
                        when -> {
                            for (int i = 0; i < 2; i++) {
                                s.expectOneOf(
                                        "result of a send " + when, guest.cpu().x(24 + i), 0, Xen.EINVAL);
                            }
                            s.expectThat(
                                    "the next user of the number gets no event after its bind returned, " + when,
                                    raised[0] || !bits.isPending(channel.receiver()));
                        });
            });
            Interleaving.explore(s, () -> {
                TwoLevel bits = TwoLevel.boot(s, 2);
                XenGuest guest = bits.guest();
                XenGuest.Channel channel = bits.channel();
                GuestCode code =
                        Programs.calls(guest, guest.cpu(), new Programs.Call(Xen.CLOSE, channel.receiver()), next);
                return new Interleaving.Race(
                        guest.rig(),
                        code,
                        () -> {
                            sideOf(guest);
                            s.expectOneOf(
                                    "result of a send meanwhile",
                                    guest.event(guest.cpu(1), Xen.SEND, channel.sender()),
                                    0,
                                    Xen.EINVAL);
                        },
                        when -> {
                            expectResults(guest, 2, when);
                            bits.expectPending("of the next user " + when, channel.receiver(), false);
                        });
            });
        }
    }

    /** Reads the pending bit by the vCPU that makes the call, as the other is inside its program. */
    private static boolean isRaised(XenGuest guest, int port) {
        long word = guest.cpu(1)
                .get(XenGuest.SHARED_INFO + Xen.PENDING_BITS + 8L * TwoLevel.word(port), AccessWidth.DOUBLEWORD);
        return (word & TwoLevel.bit(port)) != 0;
    }
}
