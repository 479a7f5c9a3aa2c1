/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 10.11: SCHEDOP_poll, SCHEDOP_block and WFI.
 *
 * @since 0.1
 */
public final class PollChecks {
    private static final long MILLISECOND = 1_000_000L;
    private static final int MOST_PORTS = 128;
    private static final int SGI = 5;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: poll, block and WFI",
            Check.of("XEN-155", PollChecks::aPendingPortNeedsNoWait).cut(),
            Check.of("XEN-156", PollChecks::aTimeoutWakes).witnesses("slept").cut(),
            Check.of("XEN-157", PollChecks::aMaskedPortWakes).witnesses("slept").cut(),
            Check.of("XEN-158", PollChecks::badPollsAreRefused)
                    .witnesses("slept")
                    .cut(),
            Check.of("XEN-159", PollChecks::anotherPortDoesNotWake)
                    .witnesses("slept-on")
                    .cut(),
            Check.of("XEN-160", PollChecks::aSendWhileGoingToSleepWakes).witnesses(Interleaving.SLEPT),
            Check.of("XEN-161", PollChecks::anInterruptEndsThePoll)
                    .witnesses("interrupt-taken")
                    .cut(),
            Check.of("XEN-162", PollChecks::theUpcallEndsWfi)
                    .witnesses("slept", "interrupt-taken")
                    .cut(),
            Check.of("XEN-163", PollChecks::withoutUpcallThereIsNoInterrupt).cut(),
            Check.of("XEN-164", PollChecks::anEventBeforeWfiWakes).witnesses(Interleaving.SLEPT),
            Check.of("XEN-165", PollChecks::yieldAndBlockReturn)
                    .witnesses("slept", "interrupt-taken")
                    .cut());

    private PollChecks() {}

    private static void expectReturns(Scenario s, String what, XenGuest guest, GuestStep step) {
        s.expectRetired(what, step);
        s.expectEqual("result of " + what, 0, guest.cpu().x(0));
    }

    /** XEN-155. */
    private static void aPendingPortNeedsNoWait(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int quiet = guest.ipi(0);
        int port = guest.ipi(0);
        bits.mask(port);
        guest.send(port);
        expectReturns(s, "poll of a pending masked port", guest, guest.poll(guest.cpu(), 0, port));
        expectReturns(s, "poll of two ports, the second pending", guest, guest.poll(guest.cpu(), 0, quiet, port));
        bits.expectPending("after poll", port, true);
    }

    /** XEN-156. */
    private static void aTimeoutWakes(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        long now = guest.systemTime();
        guest.expectSleeps("poll with a timeout", guest.poll(guest.cpu(), now + 2 * MILLISECOND, port));
        s.witness("slept");
        guest.rig().advance(MILLISECOND);
        guest.expectStillSleeps("half of the time is over", guest.cpu());
        guest.rig().advance(MILLISECOND + MILLISECOND / 10);
        guest.expectWakes("the time is over", guest.cpu());
        GuestStep step = guest.poll(guest.cpu(), 1, port);
        if (step instanceof GuestStep.Stopped) {
            guest.rig().advance(0);
            guest.expectWakes("the time was over before", guest.cpu());
        } else {
            expectReturns(s, "poll with a timeout in the past", guest, step);
        }
    }

    /** XEN-157. */
    private static void aMaskedPortWakes(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        bits.mask(port);
        guest.expectSleeps("poll of a masked port", guest.poll(guest.cpu(1), 0, port));
        s.witness("slept");
        guest.expectStillSleeps("nothing has happened", guest.cpu(1));
        guest.send(port);
        guest.expectWakes("the port is pending", guest.cpu(1));
        bits.expectPending("after poll", port, true);
        guest.expectUpcall("after an event on a masked port", 0, false);
    }

    /** XEN-158. */
    private static void badPollsAreRefused(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int pending = guest.ipi(0);
        int free = guest.ipi(0);
        guest.close(free);
        bits.mask(pending);
        expectRefused(s, guest, "poll of 129 ports", Xen.EINVAL, new int[MOST_PORTS + 1]);
        for (int port : new int[] {0, free, guest.highestPort(), 0x7FFF_FFFF, -1}) {
            expectRefused(s, guest, "poll of port " + port, Xen.EINVAL, port);
        }
        s.expectEqual(
                "result of poll with a bad structure", Xen.EFAULT, guest.call(Xen.SCHED_OP, Xen.POLL, XenGuest.HOLE));
        GuestBlock block = guest.arguments();
        block.quad(0, XenGuest.HOLE).word(8, 1).word(12, 0).quad(16, 0);
        s.expectEqual(
                "result of poll with a bad array", Xen.EFAULT, guest.call(Xen.SCHED_OP, Xen.POLL, block.address()));
        guest.send(pending);
        expectReturns(s, "poll of a pending and a free port", guest, guest.poll(guest.cpu(), 0, pending, free));
        expectRefused(s, guest, "poll of a free and a pending port", Xen.EINVAL, free, pending);
        long now = guest.systemTime();
        guest.expectSleeps("poll of no port with a timeout", guest.poll(guest.cpu(), now + MILLISECOND));
        s.witness("slept");
        guest.rig().advance(MILLISECOND + MILLISECOND / 10);
        guest.expectWakes("the time is over", guest.cpu());
    }

    private static void expectRefused(Scenario s, XenGuest guest, String what, long error, int... ports) {
        s.expectRetired(what, guest.poll(guest.cpu(), 1, ports));
        s.expectEqual("result of " + what, error, guest.cpu().x(0));
    }

    /** XEN-159: the other port's event goes to another vCPU. */
    private static void anotherPortDoesNotWake(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        int polled = guest.ipi(0);
        int second = guest.ipi(0);
        int other = guest.ipi(0);
        bits.mask(polled);
        bits.mask(second);
        guest.expectSleeps("poll of one port", guest.poll(guest.cpu(1), 0, polled));
        guest.send(other);
        guest.expectStillSleeps("the event is on another port", guest.cpu(1));
        s.witness("slept-on");
        guest.send(polled);
        guest.expectWakes("the port is pending", guest.cpu(1));
        bits.clearPending(polled);
        guest.expectSleeps("poll of two ports", guest.poll(guest.cpu(1), 0, polled, second));
        guest.send(second);
        guest.expectWakes("the second port is pending", guest.cpu(1));
    }

    /** XEN-160: one port or two, masked or not, in both ABIs, sent on by a channel or by an IPI. */
    private static void aSendWhileGoingToSleepWakes(Scenario s) {
        for (boolean masked : new boolean[] {true, false}) {
            for (boolean two : new boolean[] {false, true}) {
                Interleaving.explore(s, () -> {
                    TwoLevel bits = TwoLevel.boot(s, 2);
                    XenGuest guest = bits.guest();
                    XenGuest.Channel channel = bits.channel();
                    guest.bindVcpu(channel.receiver(), 1);
                    int port = two ? channel.receiver() : guest.ipi(1);
                    int quiet = guest.ipi(1);
                    if (masked) {
                        bits.mask(port);
                    }
                    return new Interleaving.Race(
                            guest.rig(),
                            two ? Programs.poll(guest, quiet, port) : Programs.poll(guest, port),
                            () -> guest.send(guest.cpu(1), two ? channel.sender() : port),
                            when -> {
                                s.expectEqual(
                                        "result of poll " + when, 0, guest.cpu().x(0));
                                bits.expectPending(when, port, true);
                            });
                });
            }
        }
        if (s.capabilities().has(Capabilities.EVENT_CHANNELS_FIFO)) {
            Interleaving.explore(s, () -> {
                Fifo fifo = Fifo.boot(s, 2);
                XenGuest guest = fifo.guest();
                int quiet = guest.ipi(1);
                int port = guest.ipi(1);
                fifo.setWord(port, Xen.MASKED);
                return new Interleaving.Race(
                        guest.rig(), Programs.poll(guest, quiet, port), () -> guest.send(guest.cpu(1), port), when -> {
                            s.expectEqual(
                                    "result of poll " + when, 0, guest.cpu().x(0));
                            fifo.expectWord(when, port, Xen.PENDING | Xen.MASKED);
                        });
            });
        }
    }

    private static void sendSgi(SteppingGuestCpu from) {
        from.msr(SystemRegister.ICC_SRE_EL1, 7);
        from.msr(SystemRegister.ICC_SGI1R_EL1, (long) SGI << 24 | 1);
    }

    /** XEN-161: an interrupt that is due before the call is taken before it; one that comes afterwards ends it. */
    private static void anInterruptEndsThePoll(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        SteppingGuestCpu cpu = guest.cpu();
        cpu.gic().enable(new InterruptId(SGI));
        int port = guest.ipi(1);
        bits.mask(port);
        cpu.interruptsOn();
        long next = cpu.pc() + 4;
        guest.expectSleeps("poll with interrupts unmasked", guest.poll(cpu, 0, port));
        sendSgi(guest.cpu(1));
        s.expectDiverted(
                "the poll with an interrupt due", guest.goOn(cpu), cpu.layout().vectorFromEl1(1));
        s.witness("interrupt-taken");
        s.expectEqual("ELR_EL1, where the poll returned to", next, cpu.read(SystemRegister.ELR_EL1));
        s.expectEqual("result of the poll that an interrupt ended", 0, cpu.x(0));
        s.expectEqual("the interrupt", SGI, cpu.gic().acknowledge());
        cpu.gic().end(SGI);
        cpu.eret(next);
    }

    /** XEN-162. */
    private static void theUpcallEndsWfi(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        SteppingGuestCpu cpu = guest.cpu(1);
        int port = guest.ipi(1);
        s.expectStopped("WFI with interrupts masked", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
        s.witness("slept");
        guest.send(port);
        s.expectRetired("WFI with the upcall pending", cpu.settle());
        s.expectThat("interrupts are still masked", cpu.pstate().has(ProcessorState.I));
        cpu.interruptsOn();
        s.expectDiverted(
                "the upcall once interrupts are unmasked",
                cpu.settle(),
                cpu.layout().vectorFromEl1(1));
        s.witness("interrupt-taken");
        guest.expectUpcalls("after WFI", 1, 1);
    }

    /** XEN-163. */
    private static void withoutUpcallThereIsNoInterrupt(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        SteppingGuestCpu cpu = guest.cpu(1);
        int masked = guest.ipi(1);
        int port = guest.ipi(1);
        bits.mask(masked);
        cpu.gic().enable(new InterruptId(SGI));
        cpu.interruptsOn();
        cpu.waitForInterrupt();
        guest.send(masked);
        expectNoInterrupt(s, "after an event on a masked port", cpu);
        cpu.gic().disable(new InterruptId(guest.interrupt()));
        cpu.waitForInterrupt();
        guest.send(port);
        expectNoInterrupt(s, "after an event with the upcall disabled", cpu);
        cpu.gic().enable(new InterruptId(guest.interrupt()));
        s.expectDiverted(
                "the upcall once it is enabled", cpu.settle(), cpu.layout().vectorFromEl1(1));
    }

    private static void expectNoInterrupt(Scenario s, String when, SteppingGuestCpu cpu) {
        GuestStep step = cpu.settle();
        s.expectThat("no interrupt is taken " + when + ", but " + step, !(step instanceof GuestStep.Diverted));
        if (step instanceof GuestStep.Stopped) {
            s.note("WFI stays blocked");
            sendWake(cpu);
        }
    }

    /** Wakes a vCPU from WFI, so that the scenario goes on: an SGI that the other vCPU sends, and its handler. */
    private static void sendWake(SteppingGuestCpu cpu) {
        SteppingGuestCpu other = cpu.rig().cpu(0);
        other.msr(SystemRegister.ICC_SRE_EL1, 7);
        other.msr(SystemRegister.ICC_SGI1R_EL1, (long) SGI << 24 | 1L << cpu.index());
        Scenario s = cpu.rig().scenario();
        s.expectDiverted("an SGI that ends WFI", cpu.settle(), cpu.layout().vectorFromEl1(1));
        long back = cpu.read(SystemRegister.ELR_EL1);
        s.expectEqual("the interrupt that ends WFI", SGI, cpu.gic().acknowledge());
        cpu.gic().end(SGI);
        cpu.eret(back);
    }

    /** XEN-164: in both ABIs, and of an upcall that is still active when the guest looks. */
    private static void anEventBeforeWfiWakes(Scenario s) {
        for (boolean active : new boolean[] {false, true}) {
            Interleaving.explore(s, () -> {
                TwoLevel bits = TwoLevel.boot(s, 2);
                XenGuest guest = bits.guest();
                int port = guest.ipi(0);
                if (active) {
                    guest.send(guest.cpu(1), port);
                    s.expectThat("the upcall is due", guest.acknowledge(0));
                    s.expectEqual("ports that are handled", List.of(port), bits.scan(0));
                }
                return new Interleaving.Race(
                        guest.rig(),
                        active ? Programs.endAndWait(guest) : Programs.waitIfIdle(guest),
                        () -> guest.send(guest.cpu(1), port),
                        when -> {
                            guest.expectUpcalls(when, 0, 1);
                            bits.expectPending(when, port, true);
                            bits.expectSelector(when, 0, 1);
                        });
            });
        }
        if (s.capabilities().has(Capabilities.EVENT_CHANNELS_FIFO)) {
            Interleaving.explore(s, () -> {
                Fifo fifo = Fifo.boot(s, 2);
                XenGuest guest = fifo.guest();
                int port = guest.ipi(0);
                return new Interleaving.Race(
                        guest.rig(), Programs.waitIfIdle(guest), () -> guest.send(guest.cpu(1), port), when -> {
                            guest.expectUpcalls(when, 0, 1);
                            fifo.expectDrained(when, 0, port);
                        });
            });
        }
    }

    /** XEN-165. */
    private static void yieldAndBlockReturn(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        SteppingGuestCpu cpu = guest.cpu();
        int port = guest.ipi(0);
        s.expectEqual("result of yield", 0, guest.call(Xen.SCHED_OP, Xen.YIELD, 0));
        s.expectThat("interrupts are still masked after yield", cpu.pstate().has(ProcessorState.I));
        GuestStep step = guest.callStep(cpu, Xen.SCHED_OP, Xen.BLOCK, 0);
        s.expectStopped("block with nothing due", step, VcpuExit.WaitForInterrupt.class);
        s.witness("slept");
        s.expectThat("interrupts are unmasked by block", !cpu.pstate().has(ProcessorState.I));
        guest.send(guest.cpu(1), port);
        s.expectDiverted(
                "block with the upcall due", guest.goOn(cpu), cpu.layout().vectorFromEl1(1));
        s.expectEqual("result of block", 0, cpu.x(0));
        s.expectThat(
                "PSTATE.I was clear when the upcall was taken",
                (cpu.read(SystemRegister.SPSR_EL1) & ProcessorState.I) == 0);
        s.witness("interrupt-taken");
        guest.expectUpcalls("after block", 0, 1);
    }
}
