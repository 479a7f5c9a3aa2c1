/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section 10.5, races: sends at every point of a guest's own sequences of loads, atomics and calls.
 *
 * @since 0.1
 */
public final class TwoLevelRaceChecks {
    private static final int MARK_HANDLED = 26;
    private static final int[] GAPS = {0, 1, 3, 7};
    private static final int SENDS = 3;
    private static final int LAST_OF_WORD = 63;
    private static final int OF_THE_GUEST = 40;

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
     * The loop of a handler for one port, in the order that loses nothing: the byte, the selector, the pending bit, and
     * again while the byte is set. X26 counts how often the port was handled.
     */
    private static GuestCode handler(XenGuest guest, int port) {
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
                A64.ldr(AccessWidth.BYTE, 7, 1, 0),
                A64.cbnz(7, -36),
                A64.NOP);
    }

    /** XEN-087: the interrupt is active while the handler runs; it falls between sends that lie so far apart. */
    private static void theScanHandlesTheLastSend(Scenario s) {
        for (int gap : GAPS) {
            Interleaving.explore(s, () -> {
                TwoLevel bits = TwoLevel.boot(s, 2);
                XenGuest guest = bits.guest();
                int port = guest.ipi(0);
                guest.send(guest.cpu(1), port);
                s.expectThat("the upcall is due", guest.acknowledge(0));
                long[] handledBefore = new long[1];
                GuestCode code = handler(guest, port);
                return new Interleaving.Race(
                        guest.rig(),
                        code,
                        () -> {
                            for (int sends = 0; sends < SENDS; sends++) {
                                for (int i = 0; sends > 0 && i < gap && !code.hasEnded(); i++) {
                                    code.step();
                                }
                                handledBefore[0] = guest.cpu().x(MARK_HANDLED);
                                guest.send(guest.cpu(1), port);
                            }
                        },
                        when -> {
                            long handled = guest.cpu().x(MARK_HANDLED);
                            s.witness(handled > handledBefore[0] ? "handled-before" : "owed-after");
                            guest.end(0);
                            while (guest.acknowledge(0)) {
                                handled += bits.scan(0).size();
                                guest.end(0);
                            }
                            String how = gap + " instructions between the sends, " + when;
                            s.expectThat(
                                    "the last send is handled after it was made, " + how, handled > handledBefore[0]);
                            bits.expectPending("at rest, " + how, port, false);
                            guest.expectUpcall("at rest, " + how, 0, false);
                        });
            });
        }
    }

    /** XEN-088: the call by itself, and the way that Linux goes, which tries without a call first. */
    private static void unmaskLosesNoSend(Scenario s) {
        Interleaving.explore(s, () -> {
            TwoLevel bits = TwoLevel.boot(s, 2);
            XenGuest guest = bits.guest();
            int port = guest.ipi(0);
            bits.mask(port);
            return new Interleaving.Race(
                    guest.rig(),
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
                    guest.rig(), unmaskAsLinux(guest, port), () -> guest.send(guest.cpu(1), port), when -> {
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
                Xen.hypercall(),
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
                    guest.rig(),
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

    /**
     * XEN-092: the guest takes bits out of a word, puts bits in, or takes all of it, by an exclusive pair and by single
     * instructions, while the hypervisor sets one bit and clears another.
     */
    private static void atomicsLoseNoBit(Scenario s) {
        for (Atomic atomic : Atomic.values()) {
            Interleaving.explore(s, () -> {
                TwoLevel bits = TwoLevel.boot(s, 2);
                XenGuest guest = bits.guest();
                int sent = guest.ipi(0);
                int closed = guest.ipi(0);
                int before = guest.ipi(0);
                guest.send(before);
                guest.send(closed);
                bits.setPending(LAST_OF_WORD);
                long start = bits.pendingWord(0);
                SteppingGuestCpu cpu = guest.cpu();
                cpu.x(3, pendingAddress(sent));
                cpu.x(
                        4,
                        atomic == Atomic.SET
                                ? TwoLevel.bit(OF_THE_GUEST)
                                : TwoLevel.bit(before) | TwoLevel.bit(LAST_OF_WORD));
                cpu.x(7, 0);
                cpu.x(8, 0);
                cpu.x(MARK_HANDLED, 0);
                Runnable calls = () -> {
                    guest.send(guest.cpu(1), sent);
                    guest.expectEvent(guest.cpu(1), "close", 0, Xen.CLOSE, closed);
                };
                return new Interleaving.Race(guest.rig(), atomic.code(cpu), calls, when -> {
                    if (cpu.x(MARK_HANDLED) > 1) {
                        s.witness("between-load-and-store");
                    }
                    long left = start & ~TwoLevel.bit(closed) | TwoLevel.bit(sent);
                    String how = "after the guest's " + atomic + " " + when;
                    if (atomic == Atomic.TAKE) {
                        long taken = cpu.x(8) & ~TwoLevel.bit(closed);
                        s.expectEqual("bits that were taken or are left " + how, left, taken | bits.pendingWord(0));
                        s.expectEqual("bits that were taken and are left " + how, 0, taken & bits.pendingWord(0));
                    } else {
                        long expected = atomic == Atomic.SET ? left | cpu.x(4) : left & ~cpu.x(4);
                        s.expectEqual("pending word 0 " + how, expected, bits.pendingWord(0));
                    }
                });
            });
        }
    }

    /** How a guest changes a word that the hypervisor changes, too. X3 is its address, X4 has the bits. */
    private enum Atomic {
        EXCLUSIVE_CLEAR,
        CLEAR,
        SET,
        TAKE;

        GuestCode code(SteppingGuestCpu cpu) {
            return switch (this) {
                case EXCLUSIVE_CLEAR ->
                    new GuestCode(
                            cpu,
                            GuestCode.loadExclusive64(5, 3),
                            GuestCode.bic(5, 5, 4),
                            GuestCode.storeExclusive64(6, 5, 3),
                            A64.add(MARK_HANDLED, MARK_HANDLED, 1),
                            A64.cbnz(6, -16),
                            A64.NOP);
                case CLEAR -> new GuestCode(cpu, A64.NOP, GuestCode.clear64(4, 8, 3), A64.NOP);
                case SET -> new GuestCode(cpu, A64.NOP, GuestCode.set64(4, 8, 3), A64.NOP);
                case TAKE -> new GuestCode(cpu, A64.NOP, GuestCode.swap64(7, 8, 3), A64.NOP);
            };
        }
    }
}
