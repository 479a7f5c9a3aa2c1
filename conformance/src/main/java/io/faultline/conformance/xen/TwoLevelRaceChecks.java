/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section 10.5, races: sends at every point of a guest's own sequences of loads, atomics and calls.
 *
 * @since 0.1
 */
public final class TwoLevelRaceChecks {
    private static final int MARK_HANDLED = 26;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: races of two-level events",
            Check.of("XEN-087", TwoLevelRaceChecks::theScanHandlesTheLastSend)
                    .witnesses("handled-before", "owed-after"),
            Check.of("XEN-088", TwoLevelRaceChecks::unmaskLosesNoSend).witnesses("guest-made-the-call", "plain-clear"),
            Check.of("XEN-089", TwoLevelRaceChecks::aMoveLosesNoSend).witnesses("on-the-old", "on-the-new"),
            Check.of("XEN-092", TwoLevelRaceChecks::atomicsLoseNoBit).witnesses("between-load-and-store"));

    private TwoLevelRaceChecks() {}

    private static long pendingAddress(int port) {
        return XenGuest.SHARED_INFO + Xen.PENDING_BITS + 8L * TwoLevel.word(port);
    }

    private static long maskAddress(int port) {
        return XenGuest.SHARED_INFO + Xen.MASK_BITS + 8L * TwoLevel.word(port);
    }

    /**
     * One pass of a scan for one port, in the order that loses nothing: the byte, the selector, the pending bit. X26 counts
     * how often the port was handled.
     */
    private static GuestCode scan(XenGuest guest, int port) {
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(1, guest.info(0).address());
        cpu.x(2, guest.info(0).address() + Xen.SELECTOR);
        cpu.x(3, pendingAddress(port));
        cpu.x(4, TwoLevel.bit(port));
        cpu.x(5, 0);
        cpu.x(MARK_HANDLED, 0);
        return new GuestCode(
                cpu,
                A64.str(AccessWidth.BYTE, 5, 1, 0),
                GuestCode.swap64(5, 6, 2),
                A64.cbz(6, 24),
                A64.ldr(AccessWidth.DOUBLEWORD, 7, 3, 0),
                GuestCode.and(7, 7, 4),
                A64.cbz(7, 12),
                GuestCode.clear64(4, 8, 3),
                A64.add(MARK_HANDLED, MARK_HANDLED, 1),
                A64.NOP);
    }

    /** XEN-087. */
    private static void theScanHandlesTheLastSend(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            int port = guest.ipi(0);
            guest.send(guest.cpu(1), port);
            long[] handledBefore = new long[1];
            return new Interleaving.Race(
                    guest,
                    scan(guest, port),
                    () -> {
                        handledBefore[0] = guest.cpu().x(MARK_HANDLED);
                        guest.send(guest.cpu(1), port);
                    },
                    when -> {
                        long handled = guest.cpu().x(MARK_HANDLED);
                        s.witness(handled > handledBefore[0] ? "handled-before" : "owed-after");
                        long more = bits.scan(0).size();
                        s.expectThat(
                                "the last send is handled after it was made, " + when,
                                handled + more > handledBefore[0]);
                        bits.expectPending("at rest " + when, port, false);
                        guest.expectUpcall("at rest " + when, 0, false);
                    });
        });
    }

    /** XEN-088: the call by itself, and the way that Linux goes, which tries without a call first. */
    private static void unmaskLosesNoSend(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            int port = guest.ipi(0);
            bits.mask(port);
            return new Interleaving.Race(
                    guest,
                    PortRaceChecks.once(guest, Xen.UNMASK, port),
                    () -> guest.send(guest.cpu(1), port),
                    when -> expectRaised(bits, port, when));
        });
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            int port = guest.ipi(0);
            bits.mask(port);
            return new Interleaving.Race(
                    guest, unmaskAsLinux(guest, port), () -> guest.send(guest.cpu(1), port), when -> {
                        s.witness(guest.cpu().x(MARK_HANDLED) != 0 ? "guest-made-the-call" : "plain-clear");
                        expectRaised(bits, port, when);
                    });
        });
    }

    /** Clears the mask bit; if the port is pending then, masks it again and makes the call. */
    private static GuestCode unmaskAsLinux(XenGuest guest, int port) {
        SteppingGuestCpu cpu = guest.cpu();
        GuestBlock block = guest.arguments().word(0, port);
        cpu.x(2, maskAddress(port));
        cpu.x(3, pendingAddress(port));
        cpu.x(4, TwoLevel.bit(port));
        cpu.x(9, block.address());
        cpu.x(MARK_HANDLED, 0);
        return new GuestCode(
                cpu,
                GuestCode.clear64(4, 5, 2),
                A64.ldr(AccessWidth.DOUBLEWORD, 6, 3, 0),
                GuestCode.and(6, 6, 4),
                A64.cbz(6, 28),
                GuestCode.set64(4, 5, 2),
                A64.movz(0, Xen.UNMASK, 0),
                GuestCode.move(1, 9),
                A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0),
                GuestCode.hypercall(),
                A64.movz(MARK_HANDLED, 1, 0),
                A64.NOP);
    }

    private static void expectRaised(TwoLevel bits, int port, String when) {
        bits.expectPending(when, port, true);
        bits.guest().scenario().expectThat("the port is unmasked " + when, !bits.isMasked(port));
        bits.expectSelector(when, 0, 1L << TwoLevel.word(port));
        bits.guest().expectUpcall(when, 0, true);
    }

    /** XEN-089. */
    private static void aMoveLosesNoSend(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 3);
            XenGuest guest = bits.guest();
            XenGuest.Channel channel = bits.channel();
            guest.bindVcpu(channel.receiver(), 1);
            return new Interleaving.Race(
                    guest,
                    PortRaceChecks.once(guest, Xen.BIND_VCPU, channel.receiver(), 2),
                    () -> guest.send(guest.cpu(1), channel.sender()),
                    when -> {
                        bits.expectPending(when, channel.receiver(), true);
                        boolean old = (guest.upcall(1) & 1) != 0 && guest.selector(1) == 1;
                        boolean fresh = (guest.upcall(2) & 1) != 0 && guest.selector(2) == 1;
                        s.witness(old ? "on-the-old" : "on-the-new");
                        s.expectThat("the event shows on the old or the new vCPU " + when, old || fresh);
                    });
        });
    }

    /** XEN-092: the guest clears another bit of the word by an exclusive pair. */
    private static void atomicsLoseNoBit(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            int cleared = guest.ipi(0);
            int sent = guest.ipi(0);
            bits.setPending(cleared);
            SteppingGuestCpu cpu = guest.cpu();
            cpu.x(3, pendingAddress(cleared));
            cpu.x(4, TwoLevel.bit(cleared));
            cpu.x(MARK_HANDLED, 0);
            GuestCode code = new GuestCode(
                    cpu,
                    GuestCode.loadExclusive64(5, 3),
                    GuestCode.bic(5, 5, 4),
                    GuestCode.storeExclusive64(6, 5, 3),
                    A64.add(MARK_HANDLED, MARK_HANDLED, 1),
                    A64.cbnz(6, -16),
                    A64.NOP);
            return new Interleaving.Race(guest, code, () -> guest.send(guest.cpu(1), sent), when -> {
                if (cpu.x(MARK_HANDLED) > 1) {
                    s.witness("between-load-and-store");
                }
                s.expectEqual("pending word 0 " + when, TwoLevel.bit(sent), bits.pendingWord(0));
            });
        });
    }
}
