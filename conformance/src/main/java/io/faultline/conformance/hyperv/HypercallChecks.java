/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;

/**
 * Section 11.1, first part: conventions, control word and registers of hypercalls.
 *
 * @since 0.1
 */
public final class HypercallChecks {
    private static final long[] UNKNOWN_FUNCTIONS = {
        0x4600_0000L, 0x4600_0002L, 0x0600_0001L, 0xC600_0001L, 0x4700_0001L, 0x8600_0123L, 0xC600_FFFFL, 0x4600_0101L
    };
    private static final int[] UNKNOWN_CODES = {0, 1, 0x4F, 0x7F, 0xFF, 0x1050, 0x7FFF, 0x8000, 0x8050, 0xFFFF};
    private static final int[] RESERVED_BITS = {27, 28, 29, 30, 44, 45, 46, 47, 60, 61, 62, 63};
    private static final long NZCV = 0xF000_0000L;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: hypercalls",
            Check.of("HV-001", HypercallChecks::theUsualConvention).cut(),
            Check.of("HV-002", HypercallChecks::theOldConvention).cut(),
            Check.of("HV-003", HypercallChecks::theResultIsInX0).cut(),
            Check.of("HV-004", HypercallChecks::unknownFunctionsAreNotSupported).cut(),
            Check.of("HV-005", HypercallChecks::unknownCodesAreRefused).cut(),
            Check.of("HV-006", HypercallChecks::aCallAtEl0IsUndefined).cut(),
            Check.of("HV-007", HypercallChecks::psciGoesOnWorking).cut(),
            Check.of("HV-008", HypercallChecks::theGuestGoesOnAfterTheCall).cut(),
            Check.of("HV-009", HypercallChecks::reservedBitsAreZero).cut(),
            Check.of("HV-010", HypercallChecks::aSimpleCallHasNoCount).cut(),
            Check.of("HV-011", HypercallChecks::aListHasElements).cut(),
            Check.of("HV-012", HypercallChecks::noCallHereHasAVariableHeader).cut(),
            Check.of("HV-013", HypercallChecks::inputIsInRegistersInOrder).cut(),
            Check.of("HV-014", HypercallChecks::oneValueIsInX6AndX7).cut(),
            Check.of("HV-015", HypercallChecks::outputFollowsInput).cut(),
            Check.of("HV-016", HypercallChecks::oneValueIsInTheLastRegistersByTheOldConvention)
                    .cut(),
            Check.of("HV-017", HypercallChecks::registersHaveRoomFor128Bytes).cut(),
            Check.of("HV-018", HypercallChecks::registersBehindTheInputMeanNothing)
                    .cut(),
            Check.of("HV-019", HypercallChecks::otherRegistersAreKept).cut(),
            Check.of("HV-020", HypercallChecks::calleeSavedRegistersAndConditionsAreKept)
                    .cut(),
            Check.of("HV-031", HypercallChecks::thereIsNoNesting).cut());

    private HypercallChecks() {}

    /** Value of SINT n that tells itself from others; masked, so anything goes. */
    static long value(int n) {
        return Hyperv.MASKED | 0x5500_0000_0000_2000L | (long) n << 32 | 16 + n;
    }

    private static void expectVersion(Scenario s, HypervGuest guest, String how) {
        long low = guest.cpu().x(6);
        s.expectThat("the build number in the version by " + how + ", " + low + ", is not 0", (int) low != 0);
    }

    /** HV-001: calls of different codes do different things. */
    private static void theUsualConvention(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.set(Hyperv.sint(3), value(3));
        guest.expectRegister("as it was written by HVC #0", Hyperv.sint(3), value(3));
        guest.get(Hyperv.VERSION);
        expectVersion(s, guest, "HVC #0");
        int[] told = {-1};
        guest.rig().connectBy(machine -> HypervGuest.synic(machine).connect(7, Hyperv.FLAGS, flag -> told[0] = flag));
        guest.signal(7, 5);
        s.expectEqual("flag that SignalEvent by HVC #0 told the VMM", 5, told[0]);
    }

    /** HV-002. */
    private static void theOldConvention(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        Result set = guest.callByOne(Hyperv.fast(Hyperv.SET, 1), RegisterLists.fastSet(Hyperv.sint(3), value(3)));
        s.expectEqual("status of Set by HVC #1", Hyperv.SUCCESS, set.status());
        guest.expectRegister("as it was written by HVC #1", Hyperv.sint(3), value(3));
        int[] told = {-1};
        guest.rig().connectBy(machine -> HypervGuest.synic(machine).connect(7, Hyperv.FLAGS, flag -> told[0] = flag));
        Result signal = guest.callByOne(Hyperv.SIGNAL | Hyperv.FAST, 7 | 5L << 32);
        s.expectEqual("status of SignalEvent by HVC #1", Hyperv.SUCCESS, signal.status());
        s.expectEqual("flag that SignalEvent by HVC #1 told the VMM", 5, told[0]);
        RegisterLists.get(guest.input(), Hyperv.sint(3));
        guest.output().fill(16, 0xAA);
        Result get = guest.callByOne(
                Hyperv.control(Hyperv.GET, 1, 0),
                guest.input().address(),
                guest.output().address());
        s.expectEqual("status of Get in memory by HVC #1", Hyperv.SUCCESS, get.status());
        s.expectEqual("value in memory by HVC #1", value(3), guest.output().quad(0));
    }

    /** HV-003. */
    private static void theResultIsInX0(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        long[] set = RegisterLists.fastSet(Hyperv.sint(1), value(1), Hyperv.sint(2), value(2));
        long[] bad = RegisterLists.fastSet(Hyperv.sint(1), value(1), Hyperv.SVERSION, 2);
        for (boolean old : new boolean[] {false, true}) {
            String how = old ? "HVC #1" : "HVC #0";
            long control = Hyperv.fast(Hyperv.SET, 2);
            Result good = old ? guest.callByOne(control, set) : guest.call(control, set);
            s.expectEqual("status of two elements by " + how, Hyperv.SUCCESS, good.status());
            s.expectEqual("completed elements by " + how, 2, good.completed());
            Result half = old ? guest.callByOne(control, bad) : guest.call(control, bad);
            s.expectThat("the status of an element that fails by " + how + " is not 0", half.status() != 0);
            s.expectEqual("completed elements of a call that fails by " + how, 1, half.completed());
            Result none = old ? guest.callByOne(0xFFFF) : guest.call(0xFFFF);
            s.expectEqual("status of an unknown code by " + how, Hyperv.INVALID_CODE, none.status());
        }
    }

    /** HV-004. */
    private static void unknownFunctionsAreNotSupported(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (long function : UNKNOWN_FUNCTIONS) {
            cpu.fillRegisters((int) function & 0x7F);
            cpu.x(0, function);
            cpu.x(1, Hyperv.fast(Hyperv.GET, 1));
            RegisterFile before = cpu.registers();
            String name = "HVC #0 with function 0x" + Long.toHexString(function);
            s.expectRetired(name, cpu.execute(A64.hvc(0)));
            s.expectEqual("result of " + name, -1, cpu.x(0));
            s.expectEqual(
                    "registers after " + name,
                    before.with(CoreRegister.x(0), -1).with(CoreRegister.PC, cpu.pc()),
                    cpu.registers());
        }
    }

    /** HV-005. */
    private static void unknownCodesAreRefused(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        byte[] input = guest.input().fill(Hyperv.SLOT, 0).bytes(Hyperv.SLOT);
        byte[] output = guest.output().fill(Hyperv.SLOT, 0xA5).bytes(Hyperv.SLOT);
        for (int code : UNKNOWN_CODES) {
            for (long fast : new long[] {0, Hyperv.FAST}) {
                String name = "the code 0x" + Integer.toHexString(code) + (fast == 0 ? "" : ", fast");
                long in = guest.input().address();
                long out = guest.output().address();
                s.expectEqual(
                        "status of " + name,
                        Hyperv.INVALID_CODE,
                        guest.call(code | fast, in, out).status());
                s.expectEqual(
                        "status of " + name + " by HVC #1",
                        Hyperv.INVALID_CODE,
                        guest.callByOne(code | fast, in, out).status());
            }
        }
        s.expectThat(
                "memory of input and output is as it was",
                Arrays.equals(input, guest.input().bytes(Hyperv.SLOT))
                        && Arrays.equals(output, guest.output().bytes(Hyperv.SLOT)));
    }

    /** HV-006. */
    private static void aCallAtEl0IsUndefined(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (int immediate : new int[] {0, 1}) {
            cpu.enterEl0();
            cpu.x(0, immediate == 0 ? Hyperv.CALL : Hyperv.fast(Hyperv.SET, 1));
            cpu.x(1, Hyperv.fast(Hyperv.SET, 1));
            long[] arguments = RegisterLists.fastSet(Hyperv.sint(4), value(4));
            for (int i = 0; i < arguments.length; i++) {
                cpu.x(2 - immediate + i, arguments[i]);
            }
            RegisterFile before = cpu.registers();
            String name = "HVC #" + immediate + " at EL0";
            s.expectDiverted(name, cpu.execute(A64.hvc(immediate)), cpu.layout().vectorFromEl0(0));
            s.expectEqual("exception class of " + name, 0, new Syndrome(cpu.read(SystemRegister.ESR_EL1)).classCode());
            s.expectEqual("X0 after " + name, before.get(CoreRegister.x(0)), cpu.x(0));
            s.expectEqual("X1 after " + name, before.get(CoreRegister.x(1)), cpu.x(1));
            cpu.jump(cpu.layout().el1());
            guest.expectRegister("that EL0 wanted to set", Hyperv.sint(4), Hyperv.MASKED);
        }
    }

    /** HV-007. */
    private static void psciGoesOnWorking(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(1, Hyperv.fast(Hyperv.SET, 1));
        cpu.x(2, Hyperv.SELF);
        cpu.x(3, Hyperv.SELF_VP);
        cpu.x(4, Hyperv.sint(4));
        cpu.x(5, 0);
        cpu.x(6, value(4));
        cpu.x(7, 0);
        long psci = cpu.call(Psci.VERSION);
        s.expectThat("PSCI_VERSION, 0x" + Long.toHexString(psci) + ", is 0.2 to 1.x", psci >= 2 && psci < 2L << 16);
        guest.expectRegister("that PSCI_VERSION leaves alone", Hyperv.sint(4), Hyperv.MASKED);
        guest.set(Hyperv.sint(4), value(5));
        s.expectEqual("PSCI_VERSION after a hypercall", psci, cpu.call(Psci.VERSION));
        s.expectEqual("SMCCC_VERSION is 1.1 or later", 1, (int) (cpu.call(0x8000_0000) >>> 16 & 0xFFFF));
        // To HVC #1 a PSCI function is a control word with reserved bits and code 0.
        Result result = guest.callByOne(Psci.VERSION & 0xFFFF_FFFFL);
        s.expectOneOf(
                "status of HVC #1 with a function of PSCI", result.status(), Hyperv.INVALID_CODE, Hyperv.INVALID_INPUT);
        guest.expectRegister("after all this", Hyperv.sint(4), value(5));
    }

    /** HV-008. */
    private static void theGuestGoesOnAfterTheCall(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        int[] registers = {Hyperv.VP_INDEX, Hyperv.sint(0), 0xDEAD, Hyperv.SVERSION};
        for (int register : registers) {
            guest.settled();
            long pc = cpu.pc();
            guest.tryGet(register);
            s.expectEqual("PC after Get of " + Hyperv.name(register), pc + 4, cpu.pc());
            guest.settled();
            pc = cpu.pc();
            guest.trySet(register, Hyperv.MASKED);
            s.expectEqual("PC after Set of " + Hyperv.name(register), pc + 4, cpu.pc());
            guest.settled();
            pc = cpu.pc();
            guest.callByOne(Hyperv.fast(Hyperv.GET, 1), RegisterLists.fastGet(register));
            s.expectEqual("PC after Get by HVC #1 of " + Hyperv.name(register), pc + 4, cpu.pc());
        }
        guest.settled();
        long pc = cpu.pc();
        guest.call(0xFFFF);
        s.expectEqual("PC after an unknown code", pc + 4, cpu.pc());
    }

    /** Tries a call that must be refused, as it is good but for its control word, by both conventions. */
    private static void expectRefused(HypervGuest guest, String name, int status, long control, long... arguments) {
        Scenario s = guest.scenario();
        Result usual = guest.call(control, arguments);
        s.expectEqual("status of " + name, status, usual.status());
        s.expectEqual("completed elements of " + name, 0, usual.completed());
        s.expectEqual(
                "status of " + name + " by HVC #1",
                status,
                guest.callByOne(control, arguments).status());
    }

    /** Makes good calls whose control word has something added that must not be there, and looks for effects. */
    private static void expectRefusedEverywhere(HypervGuest guest, String what, long more) {
        Scenario s = guest.scenario();
        long[] set = RegisterLists.fastSet(Hyperv.sint(4), value(4));
        expectRefused(guest, "Set with " + what, Hyperv.INVALID_INPUT, Hyperv.fast(Hyperv.SET, 1) | more, set);
        expectRefused(
                guest,
                "Get with " + what,
                Hyperv.INVALID_INPUT,
                Hyperv.fast(Hyperv.GET, 1) | more,
                RegisterLists.fastGet(Hyperv.VP_INDEX));
        expectRefusedSimple(guest, what, more);
        guest.expectRegister("that a refused call names", Hyperv.sint(4), Hyperv.MASKED);
    }

    private static void expectRefusedSimple(HypervGuest guest, String what, long more) {
        long signal = Hyperv.SIGNAL | Hyperv.FAST | more;
        expectRefused(guest, "SignalEvent with " + what, Hyperv.INVALID_INPUT, signal, 8 | 3L << 32);
        HypervGuest.fill(guest.input(), 9, Message.number(1, 0));
        long block = guest.input().address();
        expectRefused(guest, "PostMessage with " + what, Hyperv.INVALID_INPUT, Hyperv.POST | more, block, 0);
    }

    /** A guest whose connections 8 and 9 lead to the VMM, which must hear nothing. */
    private static HypervGuest bootWithQuietReceivers(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.rig().connectBy(machine -> {
            HypervGuest.synic(machine).connect(8, Hyperv.FLAGS, flag -> {
                throw s.failure("a call with a bad control word", "to have no effect", "a signal of flag " + flag);
            });
            HypervGuest.synic(machine).connect(9, (type, payload) -> {
                throw s.failure("a call with a bad control word", "to have no effect", "a message of type " + type);
            });
        });
        return guest;
    }

    /** HV-009. */
    private static void reservedBitsAreZero(Scenario s) {
        HypervGuest guest = bootWithQuietReceivers(s);
        for (int bit : RESERVED_BITS) {
            expectRefusedEverywhere(guest, "bit " + bit + " set", 1L << bit);
        }
    }

    /** HV-010. */
    private static void aSimpleCallHasNoCount(Scenario s) {
        HypervGuest guest = bootWithQuietReceivers(s);
        for (int count : new int[] {1, 2, 0xFFF}) {
            expectRefusedSimple(guest, count + " elements", (long) count << Hyperv.COUNT_SHIFT);
        }
        for (int start : new int[] {1, 0x800, 0xFFF}) {
            expectRefusedSimple(guest, "start " + start, (long) start << Hyperv.START_SHIFT);
        }
        expectRefusedSimple(guest, "2 elements from 1", 2L << Hyperv.COUNT_SHIFT | 1L << Hyperv.START_SHIFT);
    }

    /** HV-011. */
    private static void aListHasElements(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        int[][] countsAndStarts = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}, {3, 4}, {1, 0xFFF}, {0, 0xFFF}};
        for (int[] pair : countsAndStarts) {
            String what = pair[0] + " elements from " + pair[1];
            long set = Hyperv.control(Hyperv.SET, pair[0], pair[1]);
            long get = Hyperv.control(Hyperv.GET, pair[0], pair[1]);
            long[] values = RegisterLists.fastSet(Hyperv.sint(4), value(4), Hyperv.sint(5), value(5));
            expectRefused(guest, "fast Set of " + what, Hyperv.INVALID_INPUT, set | Hyperv.FAST, values);
            RegisterLists.set(guest.input(), Hyperv.sint(4), value(4), Hyperv.sint(5), value(5));
            long in = guest.input().address();
            long out = guest.output().address();
            expectRefused(guest, "Set of " + what, Hyperv.INVALID_INPUT, set, in, out);
            RegisterLists.get(guest.input(), Hyperv.VP_INDEX, Hyperv.VP_INDEX);
            expectRefused(guest, "Get of " + what, Hyperv.INVALID_INPUT, get, in, out);
        }
        guest.expectRegister("that no list names", Hyperv.sint(4), Hyperv.MASKED);
        guest.expectRegister("that no list names", Hyperv.sint(5), Hyperv.MASKED);
    }

    /** HV-012. */
    private static void noCallHereHasAVariableHeader(Scenario s) {
        HypervGuest guest = bootWithQuietReceivers(s);
        for (int size : new int[] {1, 2, 0x3F, 0x200, 0x3FF}) {
            expectRefusedEverywhere(guest, "a variable header of " + size, (long) size << Hyperv.HEADER_SHIFT);
        }
    }

    /** HV-013: three registers are what fits; X16 and X17 are behind them. */
    private static void inputIsInRegistersInOrder(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        cpu.fillRegisters(13);
        Result result = guest.call(
                Hyperv.fast(Hyperv.SET, 3),
                RegisterLists.fastSet(Hyperv.sint(6), value(6), Hyperv.sint(7), value(7), Hyperv.sint(8), value(8)));
        s.expectEqual("status of Set of three registers", Hyperv.SUCCESS, result.status());
        s.expectEqual("completed elements of Set of three registers", 3, result.completed());
        for (int n = 6; n <= 8; n++) {
            guest.expectRegister("of three", Hyperv.sint(n), value(n));
        }
        int[] told = {-1};
        guest.rig().connectBy(machine -> HypervGuest.synic(machine).connect(7, Hyperv.FLAGS, flag -> told[0] = flag));
        cpu.fillRegisters(14);
        guest.signal(7, 9);
        s.expectEqual("flag of a signal with rubbish in X3 to X17", 9, told[0]);
    }

    /** HV-014. */
    private static void oneValueIsInX6AndX7(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.set(Hyperv.sint(5), value(5));
        cpu.fillRegisters(14);
        long x5 = cpu.x(5);
        long[] rest = new long[10];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = cpu.x(8 + i);
        }
        s.expectEqual(
                "status of Get", Hyperv.SUCCESS, guest.tryGet(Hyperv.sint(5)).status());
        s.expectEqual("X6 after Get", value(5), cpu.x(6));
        s.expectEqual("X7 after Get", 0, cpu.x(7));
        s.expectEqual("X2 after Get", Hyperv.SELF, cpu.x(2));
        s.expectEqual("X3 after Get", Hyperv.SELF_VP, cpu.x(3));
        s.expectEqual("X4 after Get", Hyperv.sint(5), cpu.x(4));
        s.expectEqual("X5 after Get", x5, cpu.x(5));
        for (int i = 0; i < rest.length; i++) {
            s.expectEqual("X" + (8 + i) + " after Get", rest[i], cpu.x(8 + i));
        }
    }

    /** HV-015. */
    private static void outputFollowsInput(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (int n = 0; n < 5; n++) {
            guest.set(Hyperv.sint(n), value(n));
        }
        for (int count = 1; count <= 5; count++) {
            int[] names = new int[count];
            for (int i = 0; i < count; i++) {
                names[i] = Hyperv.sint(count - 1 - i);
            }
            cpu.fillRegisters(count);
            long[] input = RegisterLists.fastGet(names);
            Result result = guest.call(Hyperv.fast(Hyperv.GET, count), input);
            s.expectEqual("status of Get of " + count + " registers", Hyperv.SUCCESS, result.status());
            s.expectEqual("completed elements of Get of " + count + " registers", count, result.completed());
            int first = count < 5 ? 6 : 8;
            for (int i = 0; i < input.length; i++) {
                s.expectEqual("X" + (2 + i) + ", input of Get of " + count + " registers", input[i], cpu.x(2 + i));
            }
            for (int i = 0; i < count; i++) {
                int x = first + 2 * i;
                s.expectEqual("X" + x + " after Get of " + count + " registers", value(count - 1 - i), cpu.x(x));
                s.expectEqual("X" + (x + 1) + " after Get of " + count + " registers", 0, cpu.x(x + 1));
            }
        }
    }

    /** HV-016. */
    private static void oneValueIsInTheLastRegistersByTheOldConvention(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.set(Hyperv.sint(5), value(5));
        cpu.fillRegisters(16);
        long[] kept = new long[15];
        Result result = null;
        for (int i = 0; i < 3; i++) {
            cpu.x(1 + i, RegisterLists.fastGet(Hyperv.sint(5))[i]);
        }
        for (int n = 1; n < kept.length; n++) {
            kept[n] = cpu.x(n);
        }
        result = guest.callByOne(Hyperv.fast(Hyperv.GET, 1));
        s.expectEqual("status of Get by HVC #1", Hyperv.SUCCESS, result.status());
        s.expectEqual("X15 after Get by HVC #1", value(5), cpu.x(15));
        s.expectEqual("X16 after Get by HVC #1", 0, cpu.x(16));
        for (int n = 1; n < kept.length; n++) {
            s.expectEqual("X" + n + " after Get by HVC #1", kept[n], cpu.x(n));
        }
    }

    /** HV-017: six registers need 48 and 96 bytes; four to set need 144. */
    private static void registersHaveRoomFor128Bytes(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int count : new int[] {6, 7, 28, 0xFFF}) {
            int[] names = new int[28];
            Arrays.fill(names, Hyperv.VP_INDEX);
            long[] words = Arrays.copyOf(RegisterLists.fastGet(names), 16);
            expectRefused(
                    guest,
                    "fast Get of " + count + " registers",
                    Hyperv.INVALID_INPUT,
                    Hyperv.fast(Hyperv.GET, count),
                    words);
        }
        for (int count : new int[] {4, 5, 0xFFF}) {
            long[] words = Arrays.copyOf(
                    RegisterLists.fastSet(Hyperv.sint(1), value(1), Hyperv.sint(2), value(2), Hyperv.sint(3), value(3)),
                    16);
            expectRefused(
                    guest,
                    "fast Set of " + count + " registers",
                    Hyperv.INVALID_INPUT,
                    Hyperv.fast(Hyperv.SET, count),
                    words);
        }
        for (int n = 1; n <= 3; n++) {
            guest.expectRegister("named by a Set that is too large", Hyperv.sint(n), Hyperv.MASKED);
        }
    }

    /** HV-018. */
    private static void registersBehindTheInputMeanNothing(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.set(Hyperv.sint(5), value(5));
        for (long rubbish : new long[] {-1, 0xA000_5000_0000L, 0x8765_4321_0000_0001L}) {
            for (int n = 5; n <= 17; n++) {
                cpu.x(n, rubbish + n);
            }
            Result result =
                    guest.call(Hyperv.fast(Hyperv.GET, 1), Hyperv.SELF, Hyperv.SELF_VP, rubbish << 32 | Hyperv.sint(5));
            String with = " with 0x" + Long.toHexString(rubbish) + " behind the input";
            s.expectEqual("status of Get" + with, Hyperv.SUCCESS, result.status());
            s.expectEqual("X6 after Get" + with, value(5), cpu.x(6));
            s.expectEqual("X7 after Get" + with, 0, cpu.x(7));
        }
    }

    /** A call: what it is, its convention, control word, arguments and the registers that it may write besides X0. */
    private record Call(String name, int immediate, long control, long[] arguments, int... written) {}

    private static Call[] calls(HypervGuest guest) {
        long in = guest.input().address();
        long out = guest.output().address();
        long get = Hyperv.fast(Hyperv.GET, 1);
        long set = Hyperv.fast(Hyperv.SET, 1);
        long[] one = RegisterLists.fastGet(Hyperv.VP_INDEX);
        return new Call[] {
            new Call("Get", 0, get, one, 1, 6, 7),
            new Call("Get of an unknown register", 0, get, RegisterLists.fastGet(0xDEAD), 1, 6, 7),
            new Call(
                    "Get of five registers",
                    0,
                    Hyperv.fast(Hyperv.GET, 5),
                    RegisterLists.fastGet(0x100, 0x200, 0x201, 0x90003, 0xA0000),
                    1,
                    8,
                    9,
                    10,
                    11,
                    12,
                    13,
                    14,
                    15,
                    16,
                    17),
            new Call("Set", 0, set, RegisterLists.fastSet(Hyperv.sint(4), value(4)), 1),
            new Call("Set of a read-only register", 0, set, RegisterLists.fastSet(Hyperv.VP_INDEX, 4), 1),
            new Call("Set of EOM", 0, set, RegisterLists.fastSet(Hyperv.EOM, 0), 1),
            new Call("Get in memory", 0, Hyperv.control(Hyperv.GET, 1, 0), new long[] {in, out}, 1),
            new Call("PostMessage", 0, Hyperv.POST, new long[] {in, out}),
            new Call("SignalEvent", 0, Hyperv.SIGNAL | Hyperv.FAST, new long[] {12}),
            new Call("an unknown code", 0, 0xFFFF, new long[] {in, out}),
            new Call("a reserved bit", 0, get | 1L << 63, one, 1),
            new Call("Get by HVC #1", 1, get, one, 15, 16),
            new Call("Set by HVC #1", 1, set, RegisterLists.fastSet(Hyperv.sint(4), value(4))),
            new Call("SignalEvent by HVC #1", 1, Hyperv.SIGNAL | Hyperv.FAST, new long[] {12}),
            new Call("an unknown code by HVC #1", 1, 0xFFFF, new long[] {in, out}),
        };
    }

    private static RegisterFile begin(HypervGuest guest, Call call, int salt) {
        SteppingGuestCpu cpu = guest.cpu();
        RegisterLists.get(guest.input(), Hyperv.VP_INDEX);
        cpu.fillRegisters(salt);
        int first = call.immediate() == 0 ? 1 : 0;
        cpu.x(0, Hyperv.CALL);
        cpu.x(first, call.control());
        for (int i = 0; i < call.arguments().length; i++) {
            cpu.x(first + 1 + i, call.arguments()[i]);
        }
        return cpu.registers();
    }

    /** HV-019. */
    private static void otherRegistersAreKept(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        int salt = 0;
        for (Call call : calls(guest)) {
            RegisterFile before = begin(guest, call, ++salt);
            guest.complete(cpu, call.immediate());
            RegisterFile after = cpu.registers();
            RegisterFile expected = before.withFrom(after, CoreRegister.PC, CoreRegister.x(0));
            for (int n : call.written()) {
                expected = expected.withFrom(after, CoreRegister.x(n));
            }
            s.expectEqual("registers after " + call.name(), expected, after);
        }
    }

    /** HV-020: every set of condition flags and masks. */
    private static void calleeSavedRegistersAndConditionsAreKept(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        int salt = 0;
        for (Call call : calls(guest)) {
            long flags = (long) (++salt & 0xF) << 28;
            cpu.write(CoreRegister.PSTATE, cpu.pstate().spsr() & ~NZCV | flags);
            RegisterFile before = begin(guest, call, salt);
            guest.complete(cpu, call.immediate());
            for (int n = 18; n <= 30; n++) {
                s.expectEqual("X" + n + " after " + call.name(), before.get(CoreRegister.x(n)), cpu.x(n));
            }
            s.expectEqual(
                    "SP_EL0 after " + call.name(), before.get(CoreRegister.SP_EL0), cpu.read(CoreRegister.SP_EL0));
            s.expectEqual(
                    "SP_EL1 after " + call.name(), before.get(CoreRegister.SP_EL1), cpu.read(CoreRegister.SP_EL1));
            s.expectEqual(
                    "PSTATE after " + call.name(),
                    new ProcessorState(before.get(CoreRegister.PSTATE)).toString(),
                    cpu.pstate().toString());
        }
    }

    /** HV-031. */
    private static void thereIsNoNesting(Scenario s) {
        HypervGuest guest = bootWithQuietReceivers(s);
        expectRefusedEverywhere(guest, "the bit for a nested call", Hyperv.NESTED);
    }
}
