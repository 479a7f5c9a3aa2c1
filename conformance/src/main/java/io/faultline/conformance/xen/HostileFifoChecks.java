/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 10.9: guests that write nonsense to what they share with the hypervisor.
 *
 * @since 0.1
 */
public final class HostileFifoChecks {
    private static final int SEVEN = 1 << Xen.DEFAULT_PRIORITY;
    private static final int QUEUED = Xen.PENDING | Xen.LINKED;
    private static final int ROUNDS = 3;
    private static final int CHURN_ROUNDS = 40;
    private static final int ATTEMPTS = 3;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: hostile FIFO contents",
            Check.of("XEN-139", HostileFifoChecks::wildLinksLeadNowhere)
                    .witnesses("other-domain")
                    .seeds(2),
            Check.of("XEN-140", HostileFifoChecks::headsAreNotRead)
                    .witnesses("overwritten")
                    .cut(),
            Check.of("XEN-141", HostileFifoChecks::aBusyTailDoesNotHoldASender).witnesses("sent-between"),
            Check.of("XEN-142", HostileFifoChecks::anIdlePortThatSaysLinked)
                    .witnesses("not-queued", "not-reused")
                    .cut(),
            Check.of("XEN-143", HostileFifoChecks::busyAndReservedBitsAreIgnored)
                    .cut(),
            Check.of("XEN-144", HostileFifoChecks::aMiddleElementIsTakenOut)
                    .witnesses("works-again")
                    .cut(),
            Check.of("XEN-145", HostileFifoChecks::readyBitsOfTheGuestSilenceQueues)
                    .witnesses("silent", "raised-again")
                    .cut(),
            Check.of("XEN-146", HostileFifoChecks::anArrayThatIsZeroedIsSetUpAgain)
                    .witnesses("zeroed")
                    .cut(),
            Check.of("XEN-147", HostileFifoChecks::movingAPortHoldsNoSender)
                    .witnesses("queue-changed")
                    .seeds(2));

    private HostileFifoChecks() {}

    /** XEN-139. */
    private static void wildLinksLeadNowhere(Scenario s) {
        Fifo other = Fifo.boot(s, 1);
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        int[] ports = new int[6];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = guest.ipi(i % 2);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int pattern = 0; pattern < 4; pattern++) {
                for (int port = 0; port < Xen.WORDS_OF_PAGE; port++) {
                    int link = pattern == 0
                            ? Xen.LINK
                            : pattern == 1
                                    ? port + 1
                                    : pattern == 2 ? port : s.random().nextInt();
                    fifo.setWord(port, pattern == 3 ? link : fifo.word(port) & ~Xen.LINK | link & Xen.LINK);
                }
                for (int port : ports) {
                    guest.send(port);
                    guest.unmask(guest.cpu(1), port);
                    guest.setPriority(port, s.random().nextInt(Xen.QUEUES));
                }
                other.guest().send(other.guest().ipi(0));
            }
        }
        for (int port = 0; port < Xen.WORDS_OF_PAGE; port++) {
            s.expectThat(
                    "the page behind the array is as it was at " + port,
                    fifo.arrayPage(1).word(4 * port) == 0);
        }
        s.expectEqual("events of the other domain", 4 * ROUNDS, other.drain(0).size());
        s.witness("other-domain");
    }

    /** XEN-140. */
    private static void headsAreNotRead(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = {guest.ipi(0), guest.ipi(0), guest.ipi(0)};
        guest.send(ports[0]);
        for (int head : new int[] {-1, 0x1FFFF, 0, ports[2]}) {
            for (int queue = 0; queue < Xen.QUEUES; queue++) {
                fifo.control(0).word(8 + 4 * queue, head);
            }
            s.witness("overwritten");
            guest.send(ports[1]);
            fifo.expectWord("of the tail with heads overwritten", ports[0], QUEUED | ports[1]);
            fifo.setWord(ports[0], QUEUED);
            fifo.setWord(ports[1], 0);
            guest.send(ports[0]);
            fifo.setWord(ports[0], 0);
            guest.send(ports[0]);
            fifo.expectHead("after a new head", 0, Xen.DEFAULT_PRIORITY, ports[0]);
            fifo.expectWord("after a new head", ports[0], QUEUED);
        }
    }

    /** XEN-141: every state that the guest's program leaves the word in is met by a send. */
    private static void aBusyTailDoesNotHoldASender(Scenario s) {
        Interleaving.explore(s, () -> {
            Fifo fifo = Fifo.boot(s, 2);
            XenGuest guest = fifo.guest();
            int tail = guest.ipi(0);
            int next = guest.ipi(0);
            guest.send(tail);
            SteppingGuestCpu cpu = guest.cpu();
            cpu.x(1, fifo.address(tail));
            cpu.x(2, QUEUED & 0xFFFF_FFFFL);
            cpu.x(3, 0);
            cpu.x(4, 0xFFFF_FFFFL);
            cpu.x(5, Xen.BUSY | Xen.LINKED);
            GuestCode code = new GuestCode(
                    cpu,
                    A64.str(AccessWidth.WORD, 3, 1, 0),
                    A64.str(AccessWidth.WORD, 4, 1, 0),
                    A64.str(AccessWidth.WORD, 5, 1, 0),
                    GuestCode.swap32(2, 6, 1),
                    GuestCode.clear32(2, 6, 1),
                    A64.str(AccessWidth.WORD, 2, 1, 0));
            return new Interleaving.Race(
                    guest.rig(),
                    code,
                    () -> {
                        boolean linked = fifo.isLinked(tail);
                        guest.send(guest.cpu(1), next);
                        s.witness("sent-between");
                        if (linked) {
                            s.expectEqual("link of the tail after a send", next, fifo.link(tail));
                        }
                    },
                    when -> {
                        fifo.expectWord("that was sent " + when, next, QUEUED);
                        int last = guest.ipi(0);
                        guest.send(last);
                        fifo.expectWord("that was sent afterwards " + when, next, QUEUED | last);
                    });
        });
    }

    /** XEN-142. */
    private static void anIdlePortThatSaysLinked(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int liar = guest.ipi(0);
        int honest = guest.ipi(0);
        fifo.setWord(liar, Xen.LINKED);
        guest.send(liar);
        fifo.expectWord("that said it was linked", liar, QUEUED);
        fifo.expectReady("after an event on a port that said it was linked", 0, 0);
        s.witness("not-queued");
        guest.send(honest);
        fifo.expectDrained("beside a port that says it is linked", 0, honest);
        guest.close(liar);
        int next = guest.ipi(0);
        s.expectThat("the next port, " + next + ", is not " + liar + ", which says it is linked", next != liar);
        s.witness("not-reused");
        fifo.setWord(liar, 0);
        s.expectEqual("the next port once it does not", liar, guest.ipi(0));
    }

    /** XEN-143. */
    private static void busyAndReservedBitsAreIgnored(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = {guest.ipi(0), guest.ipi(0), guest.ipi(0)};
        fifo.control(0).word(4, -1);
        for (int port : ports) {
            fifo.setWord(port, Xen.BUSY);
        }
        for (int port : ports) {
            guest.send(port);
            guest.unmask(port);
        }
        s.expectEqual("reserved word of the control block", -1, fifo.control(0).word(4));
        fifo.expectHead("with BUSY set by the guest", 0, Xen.DEFAULT_PRIORITY, ports[0]);
        fifo.expectReady("with BUSY set by the guest", 0, SEVEN);
        fifo.expectDrained("with BUSY set by the guest", 0, ports[0], ports[1], ports[2]);
        for (int port : ports) {
            fifo.setWord(port, Xen.BUSY | Xen.MASKED);
            guest.send(port);
            guest.unmask(port);
        }
        fifo.expectDrained("with BUSY and MASKED set by the guest", 0, ports[0], ports[1], ports[2]);
    }

    /** XEN-144. */
    private static void aMiddleElementIsTakenOut(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = {guest.ipi(0), guest.ipi(0), guest.ipi(0), guest.ipi(0)};
        for (int i = 0; i < 3; i++) {
            guest.send(ports[i]);
        }
        fifo.clearBits(ports[1], Xen.LINKED | Xen.LINK);
        guest.send(ports[1]);
        guest.send(ports[3]);
        for (int port : ports) {
            fifo.expectAtRest("with a middle element taken out", port);
        }
        List<Integer> handled = fifo.drain(0);
        s.expectThat("the walk " + handled + " begins with the head", handled.get(0) == ports[0]);
        for (int port : ports) {
            fifo.setWord(port, 0);
        }
        guest.send(ports[0]);
        guest.send(ports[3]);
        fifo.expectDrained("once the guest has cleared its words", 0, ports[0], ports[3]);
        s.witness("works-again");
    }

    /** XEN-145. */
    private static void readyBitsOfTheGuestSilenceQueues(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        int silent = guest.ipi(0);
        int loud = guest.ipi(1);
        fifo.setReady(0, 0xFFFF);
        guest.send(silent);
        fifo.expectWord("with all ready bits set", silent, QUEUED);
        fifo.expectHead("with all ready bits set", 0, Xen.DEFAULT_PRIORITY, silent);
        guest.expectUpcall("with all ready bits set", 0, false);
        s.witness("silent");
        guest.send(loud);
        guest.expectUpcalls("of the other vCPU", 1, 1);
        fifo.setReady(0, 0xFFFF & ~SEVEN);
        fifo.setWord(silent, 0);
        guest.send(silent);
        guest.expectUpcalls("with the ready bit of the queue cleared", 0, 1);
        s.witness("raised-again");
    }

    /** XEN-146. */
    private static void anArrayThatIsZeroedIsSetUpAgain(Scenario s) {
        Fifo other = Fifo.boot(s, 1);
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        int[] ports = {guest.ipi(0), guest.ipi(1), guest.ipi(0), guest.ipi(1)};
        for (int value : new int[] {0, 0xFF, 0xA5}) {
            for (int port : ports) {
                guest.send(port);
            }
            fifo.arrayPage(0).fill(4096, value);
            fifo.control(0).fill(4096, value);
            for (int port : ports) {
                guest.send(port);
                guest.unmask(port);
            }
        }
        s.witness("zeroed");
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        fifo.start();
        guest.quiet();
        FifoSetUpChecks.expectFifo("after a reset and a new set-up", fifo);
        FifoSetUpChecks.expectFifo("of the other domain", other);
    }

    /**
     * XEN-147: the receiver gives its port another queue before every send, and again each time the send is interrupted: the
     * sender is done within the three attempts, and only an event whose queue changed three times meanwhile may be dropped.
     */
    private static void movingAPortHoldsNoSender(Scenario s) {
        Fifo receiver = Fifo.boot(s, 3);
        XenGuest there = receiver.guest();
        XenGuest other = XenGuest.boot(s);
        boolean neighbours = mayTalk(other, there);
        XenGuest here = neighbours ? other : there;
        s.note(neighbours ? "the sender is another domain" : "the sender is another vCPU");
        int port = neighbours ? offerTo(there, here.domain()) : there.unbound();
        here.expectEvent("bind_interdomain", 0, Xen.BIND_INTERDOMAIN, neighbours ? there.domain() : Xen.SELF, port);
        int sender = here.arguments().word(8);
        receiver.drainAll();
        int queue = Xen.DEFAULT_PRIORITY;
        for (int round = 0; round < CHURN_ROUNDS; round++) {
            String when = "in round " + round;
            int before = queue;
            queue = churn(s, there, port);
            if (queue != before) {
                s.witness("queue-changed");
            }
            here.arguments().word(0, sender);
            GuestStep step = here.begin(
                    here.cpu(), Xen.EVENT_CHANNEL_OP, Xen.SEND, here.arguments().address());
            int changes = 0;
            while (here.isInterrupted(here.cpu(), step)) {
                changes++;
                s.expectThat("the send ends within three attempts " + when, changes <= ATTEMPTS);
                queue = churn(s, there, port);
                step = here.cpu().resume();
            }
            s.expectRetired("the send " + when, step);
            s.expectEqual("result of the send " + when, 0, here.cpu().x(0));
            boolean queued = receiver.isPending(port);
            s.expectThat("the event is queued " + when, queued || changes >= ATTEMPTS);
            int vcpu = queue / Xen.QUEUES;
            for (int i = 0; i < 3; i++) {
                s.expectEqual(
                        "events handled by vCPU " + i + " " + when,
                        queued && i == vcpu ? List.of(port) : List.of(),
                        receiver.drain(i));
            }
        }
    }

    /** Moves a port to another queue by a vCPU that does not send; returns vCPU * 16 + priority. */
    private static int churn(Scenario s, XenGuest guest, int port) {
        int vcpu = s.random().nextInt(3);
        int priority = s.random().nextInt(Xen.QUEUES);
        SteppingGuestCpu cpu = guest.cpu(2);
        guest.bindVcpu(cpu, port, vcpu);
        guest.expectEvent(cpu, "set_priority", 0, Xen.SET_PRIORITY, port, priority);
        return vcpu * Xen.QUEUES + priority;
    }

    private static int offerTo(XenGuest guest, int domain) {
        guest.expectEvent("alloc_unbound", 0, Xen.ALLOC_UNBOUND, Xen.SELF | (long) domain << 16);
        return guest.arguments().word(4);
    }

    /** Whether two machines are domains of one host that lets them talk with each other. */
    static boolean mayTalk(XenGuest one, XenGuest two) {
        if (one.domain() == two.domain()) {
            return false;
        }
        long result = two.event(Xen.ALLOC_UNBOUND, Xen.SELF | (long) one.domain() << 16);
        if (result == 0) {
            two.close(two.arguments().word(4));
        }
        return result == 0;
    }
}
