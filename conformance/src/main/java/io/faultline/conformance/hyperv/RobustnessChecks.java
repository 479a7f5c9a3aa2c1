/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Section 11.10, second part: waiting, storms, rubbish, and pages that are ready.
 *
 * @since 0.1
 */
public final class RobustnessChecks {
    private static final int PORT = 0xA1;
    private static final int SECOND = 0xA2;
    private static final int EVENTS = 0xA3;
    private static final int SOURCE = 5;
    private static final int OTHER_SOURCE = 6;
    private static final int STORM = 1_000_000;
    private static final int STORM_LIST = 100;
    private static final int RANDOM_CALLS = 400;
    private static final int SEEDS = 3;
    private static final int TOKENS = 24;
    private static final int LAST_STATUS = 0x87;
    private static final int[] CODES = {
        0x08, 0x0B, 0x0C, 0x15, 0x46, 0x4D, 0x50, 0x51, 0x58, 0x5B, 0x5C, 0x5D, 0x7E, 0x8B, 0x90, 0x94, 0x95, 0x96,
        0x9A, 0xBD, 0xC0, 0xC1, 0xD9, 0xDB, 0xE1, 0xE4, 0x106, 0x107, 0x110, 0x8001, 0x8002, 0x8003, 0x8004, 0x8006
    };
    /** Statuses that exist (hyperv.md 1.6). */
    private static final TreeSet<Integer> STATUSES = new TreeSet<>(List.of(
            0,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            0xA,
            0xB,
            0xD,
            0xE,
            0x10,
            0x11,
            0x12,
            0x13,
            0x14,
            0x15,
            0x16,
            0x18,
            0x19,
            0x1B,
            0x1D,
            0x1E,
            0x50,
            0x51,
            0x59,
            0x78,
            0x79,
            0x86,
            LAST_STATUS));

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: waiting, storms and rubbish",
            Check.of("HV-174", RobustnessChecks::noMessageIsSleptThrough).witnesses(Interleaving.SLEPT),
            Check.of("HV-175", RobustnessChecks::aWaitingVcpuWakes).witnesses("slept"),
            Check.of("HV-178", RobustnessChecks::eomsMayStorm),
            Check.of("HV-179", RobustnessChecks::interruptsAreOfTheirVcpu).cut(),
            Check.of("HV-180", RobustnessChecks::anyControlWordHasAStatus).seeds(SEEDS),
            Check.of("HV-183", RobustnessChecks::resetOfOneLeavesTheOthers).witnesses("reset"),
            Check.of("HV-184", RobustnessChecks::otherBitsDoNotDisturb).cut(),
            Check.of("HV-185", RobustnessChecks::onlyTheTypeOfASlotCounts).cut(),
            Check.of("HV-186", RobustnessChecks::aReadyPageIsToldOnce).seeds(SEEDS),
            Check.of("HV-187", RobustnessChecks::aReadyFlagIsOneBit).cut());

    private RobustnessChecks() {}

    private static Message message(int number) {
        return Message.number(number, PORT);
    }

    private static HypervGuest boot(Scenario s, int vcpus) {
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        guest.listenAll(SOURCE, OTHER_SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        guest.messageChannel(SECOND, 0, OTHER_SOURCE);
        guest.eventChannel(EVENTS, 0, SOURCE);
        return guest;
    }

    /** HV-174. */
    private static void noMessageIsSleptThrough(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                Program program = new Program(guest, guest.cpu())
                        .with(26, HypervGuest.slotAddress(0, SOURCE))
                        .code(A64.ldr(AccessWidth.WORD, 10, 26, 0), A64.cbnz(10, 8), A64.WFI);
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            if (isVmm) {
                                guest.vmmPosts(PORT, message(1));
                            } else {
                                guest.post(guest.cpu(1), PORT, message(1));
                            }
                        },
                        when -> {
                            guest.expectSlot(when, 0, SOURCE, message(1), false);
                            guest.expectInterrupts(when, 0, 1);
                        });
            });
        }
    }

    /** HV-175: by a message, a flag and a message that waited. */
    private static void aWaitingVcpuWakes(Scenario s) {
        HypervGuest guest = boot(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        for (int round = 0; round < 3; round++) {
            s.expectStopped("WFI with nothing due", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
            s.expectStopped("a vCPU that waits", cpu.resume(), VcpuExit.WaitForInterrupt.class);
            s.witness("slept");
            if (round == 1) {
                guest.vmmSignals(EVENTS, 8);
            } else {
                guest.vmmPosts(PORT, message(round));
            }
            s.expectRetired("the instruction after WFI", cpu.settle());
            guest.expectInterrupts("that woke it", 0, 1);
            if (round != 1) {
                guest.receive("that woke it", 0, SOURCE);
            }
        }
    }

    /** HV-178: a loop of the guest that writes lists of EOMs. */
    private static void eomsMayStorm(Scenario s) {
        HypervGuest guest = boot(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        byte[] before = guest.page(cpu, HypervGuest.simp(0));
        long[] list = new long[2 * STORM_LIST];
        for (int i = 0; i < STORM_LIST; i++) {
            list[2 * i] = Hyperv.EOM;
        }
        cpu.x(2, RegisterLists.set(guest.scratch(0), list).address());
        cpu.x(3, 0);
        cpu.x(19, STORM / STORM_LIST);
        cpu.x(20, Hyperv.CALL);
        cpu.x(21, Hyperv.control(Hyperv.SET, STORM_LIST, 0));
        cpu.x(22, 0);
        long code = cpu.layout().handler(1);
        guest.rig()
                .program(
                        code,
                        GuestCode.move(0, 20),
                        GuestCode.move(1, 21),
                        A64.hvc(0),
                        GuestCode.orr(22, 22, 0),
                        A64.sub(19, 19, 1),
                        A64.cbnz(19, -20),
                        A64.b(0));
        cpu.write(CoreRegister.PC, code);
        guest.rig().run(0, 2L * STORM);
        s.expectEqual("lists of EOMs that were not written", 0, cpu.x(19));
        s.expectEqual("statuses of all EOMs together", 0, cpu.x(22) & 0xFFFF);
        cpu.write(CoreRegister.PC, cpu.layout().el1());
        guest.expectInterrupts("after a storm of EOMs", 0, 0);
        s.expectThat("the page stays as it was", Arrays.equals(before, guest.page(cpu, HypervGuest.simp(0))));
        guest.vmmPosts(PORT, message(1));
        guest.expectSlot("after a storm of EOMs", 0, SOURCE, message(1), false);
        guest.expectInterrupts("for a message after a storm of EOMs", 0, 1);
    }

    /** HV-179. */
    private static void interruptsAreOfTheirVcpu(Scenario s) {
        HypervGuest guest = boot(s, 2);
        guest.messageChannel(PORT + 0x10, 1, SOURCE);
        guest.eventChannel(EVENTS + 0x10, 1, OTHER_SOURCE);
        for (int from = 0; from < 2; from++) {
            guest.post(guest.cpu(from), PORT, message(from));
            guest.expectInterrupts("for a message to vCPU 0", 1, 0);
            guest.expectInterrupts("for a message to it", 0, 1);
            guest.post(guest.cpu(from), PORT + 0x10, message(from));
            guest.expectInterrupts("for a message to vCPU 1", 0, 0);
            guest.expectInterrupts("for a message to it", 1, 1);
            guest.signal(guest.cpu(from), EVENTS, from);
            guest.expectInterrupts("for a signal to vCPU 0", 1, 0);
            guest.expectInterrupts("for a signal to it", 0, 1);
            guest.signal(guest.cpu(from), EVENTS + 0x10, from);
            guest.expectInterrupts("for a signal to vCPU 1", 0, 0);
            guest.expectInterrupts("for a signal to it", 1, 1);
            guest.receive("", 0, SOURCE);
            guest.receive("", 1, SOURCE);
        }
    }

    /** A control word with everything, or one that is nearly good. */
    private static long control(SplittableRandom random) {
        long word = random.nextLong();
        return switch (random.nextInt(4)) {
            case 0 -> word;
            case 1 -> word & ~0xFFFFL | CODES[random.nextInt(CODES.length)];
            case 2 -> word & (0xFFFL << 32 | 0xFFFL << 48 | Hyperv.FAST) | CODES[random.nextInt(CODES.length)];
            default -> word & (7L << 32 | 1L << 48 | Hyperv.FAST) | CODES[random.nextInt(CODES.length)];
        };
    }

    private static long argument(SplittableRandom random, HypervGuest guest) {
        return switch (random.nextInt(7)) {
            case 0 -> guest.input().address();
            case 1 -> guest.output().address();
            case 2 -> Hyperv.SELF;
            case 3 -> Hyperv.SELF_VP;
            case 4 -> random.nextInt(0x100);
            case 5 -> guest.input().address() + random.nextInt(Hyperv.PAGE);
            default -> random.nextLong();
        };
    }

    /** HV-180: afterwards everything still works. Sets name no register that moves pages: code lies in RAM. */
    private static void anyControlWordHasAStatus(Scenario s) {
        HypervGuest guest = boot(s, 1);
        SplittableRandom random = s.random();
        GuestBlock input = guest.input();
        for (int i = 0; i < RANDOM_CALLS; i++) {
            long control = control(random);
            for (int at = 0; at < 512; at += 8) {
                input.quad(at, argument(random, guest));
            }
            long[] arguments = new long[8];
            for (int n = 0; n < arguments.length; n++) {
                arguments[n] = argument(random, guest);
            }
            boolean isOld = random.nextBoolean();
            Result result = isOld ? guest.callByOne(control, arguments) : guest.call(control, arguments);
            String what = "the control word 0x" + Long.toHexString(control) + (isOld ? " by HVC #1" : "");
            s.expectThat(
                    "status 0x" + Integer.toHexString(result.status()) + " of " + what + " is one that there is",
                    STATUSES.contains(result.status()));
            int count = (int) (control >>> Hyperv.COUNT_SHIFT & 0xFFF);
            s.expectThat(
                    result.completed() + " completed elements of " + what + " are at most " + count,
                    result.completed() <= count);
        }
        guest.expectRegister("after all this", Hyperv.VP_INDEX, 0);
        HypervGuest fresh = boot(s, 1);
        fresh.post(PORT, message(1));
        fresh.expectSlot("of another machine after all this", 0, SOURCE, message(1), false);
    }

    /** HV-183: messages from and to the vCPU that stays. */
    private static void resetOfOneLeavesTheOthers(Scenario s) {
        HypervGuest guest = boot(s, 2);
        List<Message> expected = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            guest.post(guest.cpu(i % 2), PORT, message(i));
            expected.add(message(i));
        }
        guest.signal(guest.cpu(1), EVENTS, 99);
        guest.expectInterrupts("before the reset", 0, 1);
        guest.cpu(1).vcpu().reset();
        s.witness("reset");
        guest.expectInterrupts("after reset of vCPU 1", 0, 0);
        guest.expectFlag("after reset of vCPU 1", 0, SOURCE, 99, true);
        guest.expectDrained("after reset of vCPU 1", 0, SOURCE, expected);
        guest.expectRegister("after reset of vCPU 1", Hyperv.sint(SOURCE), HypervGuest.VECTOR);
        guest.bootAgain(1);
        SynicRegisterChecks.expectFirstValues(guest, "after its reset", guest.cpu(1));
        guest.post(guest.cpu(1), PORT, message(7));
        guest.expectDrained("of the vCPU that was reset", 0, SOURCE, List.of(message(7)));
    }

    /** HV-184: what happens to the source itself is left open. */
    private static void otherBitsDoNotDisturb(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.messageChannel(PORT + 0x10, 0, 7);
        for (long bits : new long[] {Hyperv.PROXY, Hyperv.AS_INTERCEPT, Hyperv.PROXY | Hyperv.AS_INTERCEPT}) {
            int status = guest.trySet(Hyperv.sint(7), bits | HypervGuest.OTHER_VECTOR)
                    .status();
            String when = "with bits 0x" + Long.toHexString(bits) + " in SINT7, status " + status;
            guest.messagePort(PORT + 0x10).post(1, new byte[8]);
            guest.synic().signal(0, 7, 3);
            List<Integer> others = guest.takeInterrupts(0);
            s.expectThat(
                    "interrupts " + others + " are those of source 7 " + when, !others.contains(HypervGuest.VECTOR));
            for (int i = 0; i < 3; i++) {
                guest.vmmPosts(PORT, message(i));
                guest.vmmPosts(SECOND, Message.number(i, SECOND));
            }
            guest.expectInterrupts(when, 0, 1);
            guest.expectDrained(when, 0, SOURCE, List.of(message(0), message(1), message(2)));
            guest.expectDrained(
                    when,
                    0,
                    OTHER_SOURCE,
                    List.of(Message.number(0, SECOND), Message.number(1, SECOND), Message.number(2, SECOND)));
            guest.takeInterrupts(0);
            guest.signal(EVENTS, 9);
            guest.expectInterrupts("for a flag " + when, 0, 1);
            guest.clearFlag(0, SOURCE, 9);
            guest.set(Hyperv.sint(7), Hyperv.MASKED);
            guest.drain(0, 7);
            guest.takeInterrupts(0);
        }
    }

    /** HV-185. */
    private static void onlyTheTypeOfASlotCounts(Scenario s) {
        HypervGuest guest = boot(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        long slot = HypervGuest.slotAddress(0, SOURCE);
        int number = 0;
        for (long header : new long[] {0, 0xFFFF_FFFFL, 0x0000_FE00L, 0xFFFF_01F1L, 0x0000_00FFL}) {
            for (long origin : new long[] {0, -1, SECOND, 0x7FFF_FFFFL}) {
                String when = "with 0x" + Long.toHexString(header) + " behind the type and origination "
                        + Long.toHexString(origin);
                // In an empty slot, then in one in use whose mark the guest takes away.
                cpu.put(slot + Hyperv.SIZE_AT, AccessWidth.WORD, header);
                cpu.put(slot + Hyperv.ORIGIN_AT, AccessWidth.DOUBLEWORD, origin);
                guest.eom(0);
                guest.expectInterrupts("of EOM " + when, 0, 0);
                guest.vmmPosts(PORT, message(++number));
                guest.expectSlot(when, 0, SOURCE, message(number), false);
                guest.vmmPosts(PORT, message(++number));
                cpu.put(slot + Hyperv.SIZE_AT, AccessWidth.WORD, header);
                cpu.put(slot + Hyperv.ORIGIN_AT, AccessWidth.DOUBLEWORD, origin);
                guest.vmmPosts(PORT, message(++number));
                guest.expectInterrupts("before the slot is emptied " + when, 0, 1);
                s.expectEqual("origination that the guest wrote", origin, cpu.get(slot + 8, AccessWidth.DOUBLEWORD));
                for (int i = number - 1; i <= number; i++) {
                    guest.clear(0, SOURCE);
                    guest.eom(0);
                    guest.expectSlot("after EOM " + when, 0, SOURCE, message(i), i < number);
                    guest.expectInterrupts("after EOM " + when, 0, 1);
                }
                guest.clear(0, SOURCE);
            }
        }
        s.expectEqual(
                "messages that wait in the end", 0, guest.messagePort(PORT).waiting());
    }

    private static Message token(int token) {
        byte[] payload = new byte[24];
        payload[0] = (byte) token;
        payload[8] = (byte) (0x80 + token);
        return new Message(0x7000, PORT, payload);
    }

    /** HV-186: the page goes off and on, and elsewhere, between tokens. */
    private static void aReadyPageIsToldOnce(Scenario s) {
        HypervGuest guest = boot(s, 1);
        SplittableRandom random = s.random();
        List<Message> expected = new ArrayList<>();
        List<Message> received = new ArrayList<>();
        boolean isOn = true;
        for (int token = 0; token < TOKENS; ) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    isOn = !isOn;
                    guest.set(Hyperv.SIMP, isOn ? Hyperv.on(HypervGuest.simp(0)) : HypervGuest.simp(0));
                }
                case 1 -> {
                    if (isOn && !guest.slot(0, SOURCE).isEmpty()) {
                        received.add(guest.receive("", 0, SOURCE));
                    }
                }
                default -> {
                    if (guest.messagePort(PORT).waiting() < Hyperv.BUFFERS) {
                        guest.vmmPosts(PORT, token(token));
                        expected.add(token(token++));
                    } else {
                        isOn = true;
                        guest.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
                        received.addAll(guest.drain(0, SOURCE));
                    }
                }
            }
        }
        guest.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
        received.addAll(guest.drain(0, SOURCE));
        guest.eom(0);
        received.addAll(guest.drain(0, SOURCE));
        s.expectEqual("tokens that the guest was told, in order", expected, received);
    }

    /** HV-187. */
    private static void aReadyFlagIsOneBit(Scenario s) {
        HypervGuest guest = boot(s, 1);
        for (int token : new int[] {0, 77, 2047}) {
            guest.vmmSignals(EVENTS, token);
            guest.vmmSignals(EVENTS, token);
            guest.expectInterrupts("for a token that was signalled twice", 0, 1);
            guest.expectFlags("of a token that was signalled twice", 0, Hyperv.FLAGS * SOURCE + token);
            guest.clearFlag(0, SOURCE, token);
            guest.expectInterrupts("when the flag was read", 0, 0);
        }
    }
}
