/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel.EventChannel;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 10.10: EVTCHNOP_reset.
 *
 * @since 0.1
 */
public final class ResetChecks {
    private static final int MANY_PORTS = 4000;
    private static final int SGI = 4;
    private static final int LARGEST_PARTS = 10_000;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: reset",
            Check.of("XEN-148", ResetChecks::everyPortIsClosed)
                    .witnesses("fifo-again")
                    .cut(),
            Check.of("XEN-149", ResetChecks::sharedMemoryStaysAsItIs).cut(),
            Check.of("XEN-150", ResetChecks::onlyTheOwnDomainIsReset).cut(),
            Check.of("XEN-151", ResetChecks::aSecondResetIsBusy).witnesses("in-progress"),
            Check.of("XEN-152", ResetChecks::allocationDuringReset).witnesses("in-progress"),
            Check.of("XEN-153", ResetChecks::aLongResetIsPreemptible).witnesses("interrupt-taken"),
            Check.of("XEN-154", ResetChecks::peersCanBeBoundToAgain).witnesses("domain-0"));

    private ResetChecks() {}

    private static int most(XenGuest guest) {
        return Math.min(MANY_PORTS, guest.highestPort() - 64);
    }

    /** XEN-148. */
    private static void everyPortIsClosed(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        List<Integer> owned = XenOwnedChecks.find(s, guest);
        XenGuest.Channel channel = guest.channel();
        int[] ports = {
            guest.unbound(), guest.ipi(1), guest.virq(Xen.VIRQ_TIMER, 1), channel.sender(), channel.receiver()
        };
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        for (int port = 0; port <= channel.receiver() + ports.length; port++) {
            if (!owned.contains(port)) {
                s.expectEqual("state of port " + port + " after reset", Xen.CLOSED, guest.state(port));
            }
        }
        int lowest = 1;
        while (owned.contains(lowest)) {
            lowest++;
        }
        s.expectEqual("the next port that is allocated", lowest, PortChecks.next(guest));
        FifoSetUpChecks.expectTwoLevel(s, guest);
        guest.virq(Xen.VIRQ_TIMER, 1);
        fifo.start();
        FifoSetUpChecks.expectFifo("after reset", fifo);
        s.witness("fifo-again");
    }

    /** XEN-149. */
    private static void sharedMemoryStaysAsItIs(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        int masked = guest.ipi(0);
        bits.mask(masked);
        guest.send(port);
        guest.setSelector(0, 0x8000_0000_0000_0001L);
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        s.expectEqual("mask word 0 after reset", TwoLevel.bit(masked), bits.maskWord(0));
        bits.expectSelector("after reset", 0, 0x8000_0000_0000_0001L);
        guest.expectUpcall("after reset", 0, true);
        s.expectEqual("pending word 0 after reset, as the ports are closed", 0, bits.pendingWord(0));
        s.expectOneOf(
                "result of registering vcpu_info after reset",
                guest.registerVcpuInfo(guest.cpu(), 0, guest.scratch(0).gfn(), 0),
                Xen.EBUSY,
                Xen.EINVAL);
        bits.quiet();
        int next = guest.ipi(0);
        guest.send(next);
        guest.expectUpcall("in the place that was registered before reset", 0, true);
    }

    /** XEN-150. */
    private static void onlyTheOwnDomainIsReset(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        XenGuest other = XenGuest.boot(s);
        int theirs = other.ipi(0);
        int ours = guest.ipi(0);
        for (int foreign : guest.foreigners(other)) {
            guest.expectEvent("reset of domain " + foreign, Xen.EPERM, Xen.RESET, foreign);
        }
        guest.expectEvent("reset of an unknown domain", Xen.ESRCH, Xen.RESET, Xen.NO_DOMAIN);
        other.expectState(theirs, Xen.IPI);
        guest.expectEvent("reset_cont without reset", Xen.EBUSY, Xen.RESET_CONT, Xen.SELF);
        guest.expectState(ours, Xen.IPI);
        guest.expectEvent("reset by number", 0, Xen.RESET, guest.domain());
        s.expectEqual("state of a port after reset by number", Xen.CLOSED, guest.state(ours));
    }

    /** Begins a reset that does not end at once. */
    private static GuestStep beginReset(Scenario s, XenGuest guest) {
        guest.arguments().half(0, Xen.SELF);
        GuestStep step = guest.begin(
                guest.cpu(), Xen.EVENT_CHANNEL_OP, Xen.RESET, guest.arguments().address());
        s.expectThat("a reset of many ports is preempted", guest.isInterrupted(guest.cpu(), step));
        s.witness("in-progress");
        return step;
    }

    private static long finish(Scenario s, XenGuest guest, GuestStep begun) {
        GuestStep step = begun;
        for (int parts = 0; guest.isInterrupted(guest.cpu(), step); parts++) {
            s.expectThat("the reset ends", parts < LARGEST_PARTS);
            step = guest.cpu().resume();
        }
        s.expectRetired("the reset", step);
        return guest.cpu().x(0);
    }

    /** XEN-151. */
    private static void aSecondResetIsBusy(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        guest.openUnbound(most(guest));
        GuestStep step = beginReset(s, guest);
        guest.expectEvent(guest.cpu(1), "reset while one is in progress", Xen.EBUSY, Xen.RESET, Xen.SELF);
        s.expectEqual("result of the first reset", 0, finish(s, guest, step));
        guest.expectEvent(guest.cpu(1), "reset afterwards", 0, Xen.RESET, Xen.SELF);
    }

    /** XEN-152. */
    private static void allocationDuringReset(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        int opened = guest.openUnbound(most(guest));
        GuestStep step = beginReset(s, guest);
        long[] taken = new long[2];
        for (int i = 0; i < taken.length; i++) {
            s.expectEqual("result of bind_ipi during reset", 0, guest.event(guest.cpu(1), Xen.BIND_IPI, 0));
            taken[i] = guest.arguments(guest.cpu(1)).word(4);
        }
        long result = finish(s, guest, step);
        s.expectOneOf("result of the reset", result, 0, Xen.EAGAIN);
        for (long port : taken) {
            s.expectOneOf(
                    "result of status of port " + port + ", which was valid",
                    guest.event(Xen.STATUS, Xen.SELF, port, 0, 0, 0, 0),
                    0);
        }
        s.expectOneOf(
                "result of status of port " + opened + ", which was valid",
                guest.event(Xen.STATUS, Xen.SELF, opened, 0, 0, 0, 0),
                0);
        if (result == 0) {
            for (long port : taken) {
                s.expectEqual("state of port " + port + " after a reset that succeeded", Xen.CLOSED, guest.state(port));
            }
            FifoSetUpChecks.expectTwoLevel(s, guest);
        } else {
            fifo.drain(0);
            FifoSetUpChecks.expectFifo("after a reset that failed", fifo);
            guest.expectEvent("reset again", 0, Xen.RESET, Xen.SELF);
            FifoSetUpChecks.expectTwoLevel(s, guest);
        }
    }

    /** XEN-153. */
    private static void aLongResetIsPreemptible(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        GicGuest gic = cpu.gic();
        gic.initialise();
        gic.enable(new InterruptId(SGI));
        int opened = guest.openUnbound(most(guest));
        cpu.interruptsOn();
        GuestStep step = beginReset(s, guest);
        int left = guestState(s, guest, opened);
        guest.cpu(1).msr(SystemRegister.ICC_SRE_EL1, 7);
        guest.cpu(1).msr(SystemRegister.ICC_SGI1R_EL1, (long) SGI << 24 | 1);
        long at = cpu.pc();
        s.expectEqual("state of the last port when the interrupt comes", Xen.UNBOUND, left);
        s.expectDiverted(
                "the reset with an interrupt due", cpu.resume(), cpu.layout().vectorFromEl1(1));
        s.expectEqual("state of the last port in the handler", Xen.UNBOUND, guestState(s, guest, opened));
        s.witness("interrupt-taken");
        HypercallChecks.handle(s, cpu);
        cpu.eret(at);
        s.expectThat("the reset was begun", guest.isInterrupted(cpu, step));
        s.expectEqual("result of the reset", 0, finish(s, guest, cpu.resume()));
        s.expectEqual("state of the last port after the reset", Xen.CLOSED, guestState(s, guest, opened));
    }

    /** The state of a port, asked by vCPU 1. */
    private static int guestState(Scenario s, XenGuest guest, int port) {
        s.expectEqual(
                "result of status of port " + port,
                0,
                guest.event(guest.cpu(1), Xen.STATUS, Xen.SELF, port, 0, 0, 0, 0));
        return guest.arguments(guest.cpu(1)).word(8);
    }

    /** XEN-154: of domain 0, by a channel of the VMM, and of another machine, if the two may talk with each other. */
    private static void peersCanBeBoundToAgain(Scenario s) {
        int number = PortChecks.next(XenGuest.boot(s));
        EventChannel channel = new EventChannel(number);
        TwoLevel bits = TwoLevel.listening(XenGuest.boot(s, 1, channel));
        XenGuest guest = bits.guest();
        guest.expectEvent("alloc_unbound for domain 0", 0, Xen.ALLOC_UNBOUND, Xen.SELF);
        s.expectEqual("the port for the VMM", number, guest.arguments().word(4));
        expectRaised(bits, channel, "before reset");
        XenGuest.Status status = guest.status(number);
        s.expectEqual("domain of the peer", 0, status.first() & 0xFFFF);
        int peer = status.second();
        guest.expectEvent("bind to a connected peer", Xen.EINVAL, Xen.BIND_INTERDOMAIN, 0, peer);
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        while (PortChecks.next(guest) < number) {
            guest.ipi(0);
        }
        guest.expectEvent("bind to the peer of a port that reset has closed", 0, Xen.BIND_INTERDOMAIN, 0, peer);
        s.expectEqual("the port that is bound to it", number, guest.arguments().word(8));
        guest.expectEvent("bind to it once more", Xen.EINVAL, Xen.BIND_INTERDOMAIN, 0, peer);
        bits.quiet();
        expectRaised(bits, channel, "after reset");
        s.witness("domain-0");
        betweenMachines(s);
    }

    /** Demands that the VMM reaches a port. */
    private static void expectRaised(TwoLevel bits, EventChannel channel, String when) {
        XenGuest guest = bits.guest();
        DeliveryOutcome outcome = guest.rig().notifications().inject(channel, 0);
        guest.scenario()
                .expectEqual("what comes of an event of the VMM " + when, DeliveryOutcome.Kind.PENDING, outcome.kind());
        bits.expectPending(when, channel.port(), true);
        bits.quiet();
    }

    private static void betweenMachines(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        TwoLevel there = TwoLevel.boot(s, 1);
        XenGuest other = there.guest();
        if (!HostileFifoChecks.mayTalk(guest, other)) {
            s.note("the two machines may not talk with each other");
            return;
        }
        int[] theirs = new int[2];
        for (int i = 0; i < theirs.length; i++) {
            other.expectEvent("alloc_unbound", 0, Xen.ALLOC_UNBOUND, Xen.SELF | (long) guest.domain() << 16);
            theirs[i] = other.arguments().word(4);
            guest.expectEvent("bind_interdomain", 0, Xen.BIND_INTERDOMAIN, other.domain(), theirs[i]);
            guest.send(guest.arguments().word(8));
            there.expectPending("before the peer's reset", theirs[i], true);
        }
        there.quiet();
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        for (int port : theirs) {
            XenGuest.Status status = other.status(port);
            s.expectEqual("state of port " + port + " after its peer's reset", Xen.UNBOUND, status.state());
            s.expectEqual("domain that it waits for", guest.domain(), status.first() & 0xFFFF);
            there.expectPending("after its peer's reset", port, false);
            guest.expectEvent("bind_interdomain after reset", 0, Xen.BIND_INTERDOMAIN, other.domain(), port);
            guest.send(guest.arguments().word(8));
            there.expectPending("after a send of the new peer", port, true);
        }
    }
}
