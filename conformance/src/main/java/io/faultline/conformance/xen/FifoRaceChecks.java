/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.Psci;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Section 10.8: calls at every point of a guest's sequences on the queues.
 *
 * @since 0.1
 */
public final class FifoRaceChecks {
    private static final int SEVEN = 1 << Xen.DEFAULT_PRIORITY;
    private static final int QUEUED = Xen.PENDING | Xen.LINKED;
    private static final int OLD_WORD = 26;
    private static final int CALLED = 27;
    private static final int WALK_ROUNDS = 150;
    private static final int BLOCK_OFFSET = 0x7D8;
    private static final int MANY_PORTS = 4000;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: races of FIFO events",
            Check.of("XEN-127", FifoRaceChecks::aTailThatIsBeingConsumedLosesNothing)
                    .witnesses("by-link", "by-head"),
            Check.of("XEN-128", FifoRaceChecks::anUnmaskWithoutCallLosesNothing).witnesses("called", "not-called"),
            Check.of("XEN-129", FifoRaceChecks::unmaskAndSendLinkOnce),
            Check.of("XEN-130", FifoRaceChecks::twoSendersAreBothQueued).witnesses("first", "second"),
            Check.of("XEN-131", FifoRaceChecks::busyIsNotLeftBehind),
            Check.of("XEN-132", FifoRaceChecks::aPollerSeesTheEvent).witnesses(Interleaving.SLEPT, "slept-on"),
            Check.of("XEN-133", FifoRaceChecks::movingPortsKeepQueuesWhole)
                    .witnesses("moved-while-linked")
                    .seeds(4),
            Check.of("XEN-134", FifoRaceChecks::aNewControlBlockIsUsedWholly).witnesses("dropped", "delivered"),
            Check.of("XEN-135", FifoRaceChecks::aNewArrayPageLosesNothing),
            Check.of("XEN-136", FifoRaceChecks::expandAndResetAreOneAfterTheOther),
            Check.of("XEN-137", FifoRaceChecks::closeAndSendLeaveTheQueueWhole),
            Check.of("XEN-138", FifoRaceChecks::theQueueOfAnOfflineVcpuIsKept)
                    .witnesses("offline")
                    .cut());

    private FifoRaceChecks() {}

    /** Clears LINKED and LINK of an event word by an exclusive pair; X26 has the word before. */
    private static GuestCode dequeue(Fifo fifo, int port) {
        SteppingGuestCpu cpu = fifo.guest().cpu();
        cpu.x(1, fifo.address(port));
        cpu.x(2, Xen.LINKED | Xen.LINK);
        return new GuestCode(
                cpu,
                GuestCode.loadExclusive(5, 1),
                GuestCode.move(OLD_WORD, 5),
                GuestCode.bic(5, 5, 2),
                GuestCode.storeExclusive(6, 5, 1),
                A64.cbnz(6, -16),
                A64.NOP);
    }

    /** XEN-127. */
    private static void aTailThatIsBeingConsumedLosesNothing(Scenario s) {
        Interleaving.explore(s, () -> {
            Fifo fifo = Fifo.boot(s, 2);
            XenGuest guest = fifo.guest();
            int tail = guest.ipi(0);
            int next = guest.ipi(0);
            guest.send(tail);
            guest.quiet();
            fifo.setReady(0, 0);
            return new Interleaving.Race(
                    guest.rig(), dequeue(fifo, tail), () -> guest.send(guest.cpu(1), next), when -> {
                        boolean byLink = (guest.cpu().x(OLD_WORD) & Xen.LINK) == next;
                        boolean byHead = fifo.head(0, Xen.DEFAULT_PRIORITY) == next && fifo.ready(0) == SEVEN;
                        s.witness(byLink ? "by-link" : "by-head");
                        s.expectThat("the new event is reachable in one way and not in both " + when, byLink != byHead);
                        s.expectEqual("upcall for a new head " + when, byHead ? 1 : 0, guest.upcall(0));
                        fifo.expectWord(when, next, QUEUED);
                        fifo.expectWord(when, tail, Xen.PENDING);
                    });
        });
    }

    /** XEN-128: the guest clears MASKED while PENDING is 0, and makes the call otherwise. */
    private static void anUnmaskWithoutCallLosesNothing(Scenario s) {
        Interleaving.explore(s, () -> {
            Fifo fifo = Fifo.boot(s, 2);
            XenGuest guest = fifo.guest();
            int port = guest.ipi(0);
            fifo.setWord(port, Xen.MASKED);
            return new Interleaving.Race(
                    guest.rig(), unmask(fifo, port), () -> guest.send(guest.cpu(1), port), when -> {
                        s.witness(guest.cpu().x(CALLED) != 0 ? "called" : "not-called");
                        fifo.expectWord(when, port, QUEUED);
                        guest.expectUpcall(when, 0, true);
                        fifo.expectDrained(when, 0, port);
                        fifo.expectDrained("once more " + when, 0);
                    });
        });
    }

    /** A guest's unmask: spins while BUSY, clears MASKED if the port is not pending, and makes the call if it is. */
    private static GuestCode unmask(Fifo fifo, int port) {
        XenGuest guest = fifo.guest();
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(1, fifo.address(port));
        cpu.x(2, Xen.MASKED);
        cpu.x(3, Xen.PENDING & 0xFFFF_FFFFL);
        cpu.x(4, Xen.BUSY);
        cpu.x(9, guest.arguments().word(0, port).address());
        cpu.x(CALLED, 0);
        return new GuestCode(
                cpu,
                GuestCode.loadExclusive(5, 1),
                GuestCode.and(6, 5, 4),
                A64.cbnz(6, -8),
                GuestCode.and(6, 5, 3),
                A64.cbnz(6, 20),
                GuestCode.bic(5, 5, 2),
                GuestCode.storeExclusive(6, 5, 1),
                A64.cbnz(6, -28),
                A64.b(24),
                A64.movz(0, Xen.UNMASK, 0),
                GuestCode.move(1, 9),
                A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0),
                Xen.hypercall(),
                A64.movz(CALLED, 1, 0),
                A64.NOP);
    }

    /** XEN-129. */
    private static void unmaskAndSendLinkOnce(Scenario s) {
        for (int pending = 0; pending < 2; pending++) {
            int word = pending == 0 ? Xen.MASKED : Xen.MASKED | Xen.PENDING;
            Interleaving.explore(s, () -> {
                Fifo fifo = Fifo.boot(s, 2);
                XenGuest guest = fifo.guest();
                int port = guest.ipi(0);
                fifo.setWord(port, word);
                return new Interleaving.Race(
                        guest.rig(),
                        PortRaceChecks.once(guest, Xen.UNMASK, port),
                        () -> guest.send(guest.cpu(1), port),
                        when -> {
                            fifo.expectWord(when, port, QUEUED);
                            fifo.expectHead(when, 0, Xen.DEFAULT_PRIORITY, port);
                            fifo.expectDrained(when, 0, port);
                            fifo.expectDrained("once more " + when, 0);
                        });
            });
        }
    }

    /** XEN-130. */
    private static void twoSendersAreBothQueued(Scenario s) {
        Interleaving.explore(s, () -> {
            Fifo fifo = Fifo.boot(s, 2);
            XenGuest guest = fifo.guest();
            int one = guest.ipi(0);
            int two = guest.ipi(0);
            return new Interleaving.Race(
                    guest.rig(),
                    PortRaceChecks.once(guest, Xen.SEND, one),
                    () -> guest.send(guest.cpu(1), two),
                    when -> {
                        int head = fifo.head(0, Xen.DEFAULT_PRIORITY);
                        int tail = head == one ? two : one;
                        s.witness(head == one ? "first" : "second");
                        fifo.expectReady(when, 0, SEVEN);
                        fifo.expectWord(when, tail, QUEUED);
                        fifo.expectWord(when, head, QUEUED | tail);
                        fifo.expectDrained(when, 0, head, tail);
                    });
        });
    }

    /**
     * XEN-131: the tail of the queue is unmasked, or consumed and then unmasked, by a guest that waits while BUSY is set. A
     * BUSY that is left behind, on any word, holds its loop up for ever.
     */
    private static void busyIsNotLeftBehind(Scenario s) {
        for (boolean consumes : new boolean[] {false, true}) {
            Interleaving.explore(s, () -> {
                Fifo fifo = Fifo.boot(s, 2);
                XenGuest guest = fifo.guest();
                int first = guest.ipi(0);
                int tail = guest.ipi(0);
                int[] next = {guest.ipi(0), guest.ipi(0)};
                guest.send(first);
                guest.send(tail);
                fifo.setBits(tail, Xen.MASKED);
                fifo.clearBits(tail, Xen.PENDING);
                GuestCode code = consumes ? dequeue(fifo, tail) : unmask(fifo, tail);
                Runnable sends = () -> {
                    guest.send(guest.cpu(1), next[0]);
                    guest.send(guest.cpu(1), next[1]);
                };
                return new Interleaving.Race(guest.rig(), code, sends, when -> {
                    if (consumes) {
                        unmask(fifo, tail).finish();
                    }
                    s.expectThat("the guest's own unmask has ended " + when, (fifo.word(tail) & Xen.MASKED) == 0);
                    for (int port = 0; port < Xen.WORDS_OF_PAGE; port++) {
                        s.expectThat("BUSY of port " + port + " is clear " + when, (fifo.word(port) & Xen.BUSY) == 0);
                    }
                    fifo.expectAtRest(when, first, tail, next[0], next[1]);
                    fifo.expectWord(when, next[0], QUEUED | next[1]);
                    if (!consumes) {
                        fifo.expectWord(when, tail, Xen.LINKED | next[0]);
                        fifo.expectDrained(when, 0, first, next[0], next[1]);
                    }
                });
            });
        }
    }

    /** XEN-132: of an event that has no word yet, too. */
    private static void aPollerSeesTheEvent(Scenario s) {
        for (int masked = 0; masked < 2; masked++) {
            int word = masked == 0 ? 0 : Xen.MASKED;
            Interleaving.explore(s, () -> {
                Fifo fifo = Fifo.boot(s, 2);
                XenGuest guest = fifo.guest();
                int port = guest.ipi(1);
                fifo.setWord(port, word);
                return new Interleaving.Race(
                        guest.rig(), Programs.poll(guest, port), () -> guest.send(guest.cpu(1), port), when -> {
                            s.expectEqual(
                                    "result of poll " + when, 0, guest.cpu().x(0));
                            fifo.expectWord(
                                    "seen by the poller " + when, port, word == 0 ? QUEUED : Xen.PENDING | Xen.MASKED);
                            fifo.expectHead(when, 1, Xen.DEFAULT_PRIORITY, word == 0 ? port : 0);
                            fifo.expectReady(when, 1, word == 0 ? SEVEN : 0);
                        });
            });
        }
        XenGuest guest = XenGuest.boot(s, 2);
        guest.mapSharedInfo();
        guest.listen();
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control of vCPU 1", 0, fifo.initControl(1));
        int port = guest.ipi(1);
        guest.expectSleeps("poll of a port without event word", guest.poll(guest.cpu(), 0, port));
        guest.send(guest.cpu(1), port);
        guest.expectStillSleeps("the event cannot be seen without event word", guest.cpu());
        s.witness("slept-on");
        fifo.arrayPage(0).fill(4096, 0);
        long gfn = fifo.arrayPage(0).gfn();
        guest.expectEvent(guest.cpu(1), "expand_array", 0, Xen.EXPAND_ARRAY, gfn, gfn >>> 32);
        guest.expectWakes("the port is pending", guest.cpu());
        fifo.expectWord("seen by the poller when the page was added", port, QUEUED);
    }

    /** XEN-133: a random walk; what was sent since it was last handled is handled once by the vCPUs together. */
    private static void movingPortsKeepQueuesWhole(Scenario s) {
        Fifo fifo = Fifo.boot(s, 3);
        XenGuest guest = fifo.guest();
        List<XenGuest.Channel> channels = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            channels.add(fifo.channel());
        }
        TreeSet<Integer> sent = new TreeSet<>();
        for (int round = 0; round < WALK_ROUNDS; round++) {
            XenGuest.Channel channel = channels.get(s.random().nextInt(channels.size()));
            SteppingGuestCpu caller = guest.cpu(s.random().nextInt(3));
            switch (s.random().nextInt(6)) {
                case 0, 1 -> {
                    guest.send(caller, channel.sender());
                    sent.add(channel.receiver());
                }
                case 2, 3 -> {
                    if (fifo.isLinked(channel.receiver())) {
                        s.witness("moved-while-linked");
                    }
                    guest.bindVcpu(caller, channel.receiver(), s.random().nextInt(3));
                }
                case 4 -> guest.setPriority(channel.receiver(), s.random().nextInt(Xen.QUEUES));
                default -> {
                    for (int port : fifo.drain(s.random().nextInt(3))) {
                        s.expectThat("port " + port + " is handled only if it was sent on", sent.remove(port));
                    }
                }
            }
            for (XenGuest.Channel each : channels) {
                fifo.expectAtRest("in round " + round, each.receiver());
                s.expectEqual(
                        "PENDING of port " + each.receiver() + " in round " + round,
                        sent.contains(each.receiver()),
                        fifo.isPending(each.receiver()));
            }
        }
        for (int vcpu = 0; vcpu < 3; vcpu++) {
            for (int port : fifo.drain(vcpu)) {
                s.expectThat("port " + port + " is handled only if it was sent on", sent.remove(port));
            }
        }
        s.expectEqual("ports whose event was lost", List.of(), List.copyOf(sent));
        for (XenGuest.Channel channel : channels) {
            fifo.expectAtRest("at the end", channel.receiver());
        }
    }

    /** XEN-134: the block is in the middle of a page, of which nothing else may change. */
    private static void aNewControlBlockIsUsedWholly(Scenario s) {
        Interleaving.explore(s, () -> {
            XenGuest guest = XenGuest.boot(s, 2);
            guest.mapSharedInfo();
            guest.listen();
            Fifo fifo = new Fifo(guest);
            s.expectEqual("result of init_control of vCPU 0", 0, fifo.initControl(0));
            s.expectEqual("result of expand_array", 0, fifo.expand(0));
            int port = guest.ipi(1);
            int second = guest.ipi(1);
            GuestBlock page = fifo.control(1).fill(4096, 0xA5);
            GuestBlock block = page.at(BLOCK_OFFSET).fill(Xen.CONTROL_BYTES, 0);
            return new Interleaving.Race(
                    guest.rig(),
                    PortRaceChecks.once(guest, Xen.INIT_CONTROL, page.gfn(), page.gfn() >>> 32, BLOCK_OFFSET, 1, 0, 0),
                    () -> guest.send(guest.cpu(1), port),
                    when -> {
                        s.expectEqual(
                                "result of init_control " + when, 0, guest.cpu().x(0));
                        boolean delivered = fifo.isLinked(port);
                        s.witness(delivered ? "delivered" : "dropped");
                        expectBlock(s, page, delivered ? port : 0, when);
                        guest.expectUpcall(when, 1, delivered);
                        block.word(0, 0);
                        fifo.setWord(port, 0);
                        guest.setUpcall(1, 0);
                        guest.send(second);
                        expectBlock(s, page, second, "after another send " + when);
                        guest.expectUpcall("after another send " + when, 1, true);
                    });
        });
    }

    /** Demands what stands in a control block in which at most queue 7 is used, and that the page around it is as it was. */
    private static void expectBlock(Scenario s, GuestBlock page, int head, String when) {
        for (int offset = 0; offset < 4096; offset += 4) {
            int inside = offset - BLOCK_OFFSET;
            int expected = inside < 0 || inside >= Xen.CONTROL_BYTES
                    ? 0xA5A5_A5A5
                    : inside == 0 && head != 0 ? SEVEN : inside == 8 + 4 * Xen.DEFAULT_PRIORITY ? head : 0;
            s.expectEqual("word at " + offset + " of the control block's page " + when, expected, page.word(offset));
        }
    }

    /** XEN-135. */
    private static void aNewArrayPageLosesNothing(Scenario s) {
        Interleaving.explore(s, () -> {
            XenGuest guest = XenGuest.boot(s, 2);
            guest.mapSharedInfo();
            guest.listen();
            Fifo fifo = new Fifo(guest);
            s.expectEqual("result of init_control of vCPU 0", 0, fifo.initControl(0));
            int early = guest.ipi(0);
            int racing = guest.ipi(0);
            int masked = guest.ipi(0);
            guest.send(early);
            fifo.arrayPage(0).fill(4096, 0);
            fifo.setWord(masked, Xen.MASKED);
            long gfn = fifo.arrayPage(0).gfn();
            Runnable sends = () -> {
                guest.send(guest.cpu(1), racing);
                guest.send(guest.cpu(1), masked);
                guest.send(guest.cpu(1), early);
            };
            return new Interleaving.Race(
                    guest.rig(), PortRaceChecks.once(guest, Xen.EXPAND_ARRAY, gfn, gfn >>> 32), sends, when -> {
                        s.expectEqual(
                                "result of expand_array " + when, 0, guest.cpu().x(0));
                        fifo.expectWord("that is masked " + when, masked, Xen.PENDING | Xen.MASKED);
                        List<Integer> handled = new ArrayList<>(fifo.drain(0));
                        handled.sort(null);
                        s.expectEqual("ports handled " + when, List.of(early, racing), handled);
                        fifo.expectDrained("once more " + when, 0);
                        guest.unmask(masked);
                        fifo.expectDrained("once the masked port is unmasked " + when, 0, masked);
                    });
        });
    }

    /** XEN-136: the page that is added is no part of the array that is set up afterwards. */
    private static void expandAndResetAreOneAfterTheOther(Scenario s) {
        Interleaving.explore(s, () -> {
            Fifo fifo = switched(s);
            XenGuest guest = fifo.guest();
            GuestBlock stray = fifo.arrayPage(1).fill(4096, 0);
            return new Interleaving.Race(
                    guest.rig(),
                    PortRaceChecks.once(guest, Xen.EXPAND_ARRAY, stray.gfn(), stray.gfn() >>> 32),
                    () -> guest.expectEvent(guest.cpu(1), "reset", 0, Xen.RESET, Xen.SELF),
                    when -> expectAfterReset(fifo, stray, guest.cpu().x(0), when));
        });
        Interleaving.explore(s, () -> {
            Fifo fifo = switched(s);
            XenGuest guest = fifo.guest();
            GuestBlock stray = fifo.arrayPage(1).fill(4096, 0);
            long[] result = new long[1];
            return new Interleaving.Race(
                    guest.rig(),
                    PortRaceChecks.once(guest, Xen.RESET, Xen.SELF),
                    () -> result[0] = guest.event(guest.cpu(1), Xen.EXPAND_ARRAY, stray.gfn(), stray.gfn() >>> 32),
                    when -> {
                        s.expectEqual("result of reset " + when, 0, guest.cpu().x(0));
                        expectAfterReset(fifo, stray, result[0], when);
                    });
        });
        expandDuringReset(s);
    }

    private static Fifo switched(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        guest.mapSharedInfo();
        guest.listen();
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control of vCPU 0", 0, fifo.initControl(0));
        return fifo;
    }

    /** A reset of thousands of ports is interrupted, and the page is added meanwhile. */
    private static void expandDuringReset(Scenario s) {
        Fifo fifo = switched(s);
        XenGuest guest = fifo.guest();
        if (guest.highestPort() < MANY_PORTS) {
            return;
        }
        guest.openUnbound(MANY_PORTS);
        guest.arguments().half(0, Xen.SELF);
        GuestStep step = guest.begin(
                guest.cpu(), Xen.EVENT_CHANNEL_OP, Xen.RESET, guest.arguments().address());
        GuestBlock stray = fifo.arrayPage(1).fill(4096, 0);
        long result = guest.event(guest.cpu(1), Xen.EXPAND_ARRAY, stray.gfn(), stray.gfn() >>> 32);
        while (guest.isInterrupted(guest.cpu(), step)) {
            step = guest.cpu().resume();
        }
        s.expectRetired("the reset", step);
        s.expectEqual("result of the reset", 0, guest.cpu().x(0));
        expectAfterReset(fifo, stray, result, "with expand_array during a reset");
    }

    private static void expectAfterReset(Fifo fifo, GuestBlock stray, long expanded, String when) {
        XenGuest guest = fifo.guest();
        Scenario s = guest.scenario();
        s.expectOneOf("result of expand_array " + when, expanded, 0, Xen.EOPNOTSUPP, Xen.ENOSYS, Xen.EINVAL);
        FifoSetUpChecks.expectTwoLevel(s, guest);
        fifo.start();
        FifoSetUpChecks.expectFifo(when, fifo);
        for (int offset = 0; offset < 4096; offset += 4) {
            s.expectEqual("word at " + offset + " of the page that was added before " + when, 0, stray.word(offset));
        }
    }

    /** XEN-137. */
    private static void closeAndSendLeaveTheQueueWhole(Scenario s) {
        Interleaving.explore(s, () -> {
            Fifo fifo = Fifo.boot(s, 2);
            XenGuest guest = fifo.guest();
            XenGuest.Channel channel = fifo.channel();
            int before = guest.ipi(0);
            int after = guest.ipi(0);
            guest.send(before);
            return new Interleaving.Race(
                    guest.rig(),
                    PortRaceChecks.once(guest, Xen.SEND, channel.sender()),
                    () -> guest.expectEvent(guest.cpu(1), "close", 0, Xen.CLOSE, channel.receiver()),
                    when -> {
                        s.expectOneOf("result of send " + when, guest.cpu().x(0), 0, Xen.EINVAL);
                        guest.expectState(channel.receiver(), Xen.CLOSED);
                        s.expectThat(
                                "PENDING of the closed port is clear " + when, !fifo.isPending(channel.receiver()));
                        guest.send(after);
                        fifo.expectDrained(when, 0, before, after);
                    });
        });
    }

    /** XEN-138. */
    private static void theQueueOfAnOfflineVcpuIsKept(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        Integer[] ports = new Integer[4];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = guest.ipi(1);
        }
        guest.send(ports[2]);
        guest.send(ports[0]);
        GuestStep step = guest.cpu(1).callStep(Psci.CPU_OFF);
        s.expectStopped("CPU_OFF", step, VcpuExit.PoweredOff.class);
        s.witness("offline");
        guest.send(ports[3]);
        guest.send(ports[1]);
        guest.rig().turnOn(1);
        fifo.expectDrained("that is on again", 1, ports[2], ports[0], ports[3], ports[1]);
        guest.send(ports[1]);
        fifo.expectDrained("that is on again, later", 1, ports[1]);
    }
}
