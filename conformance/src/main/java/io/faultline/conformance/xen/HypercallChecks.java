/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section 10.1, first part: numbers, registers, results and continuation of hypercalls.
 *
 * @since 0.1
 */
public final class HypercallChecks {
    private static final int SGI = 3;
    private static final int LONG_LIST = 2000;
    private static final long NOT_RUN = 0x7777_7777_7777_7777L;
    private static final long[] UNSUPPORTED = {
        0, 5, 15, 22, 30, 31, 38, 40, 63, 64, 255, (1L << 32) + 32, (1L << 32) + 17, Long.MIN_VALUE + 29, -1
    };
    private static final int ENTRY_BYTES = 64;
    private static final int ENTRY_RESULT = 8;
    private static final int ENTRY_ARGUMENTS = 16;
    private static final int OLDEST_MAJOR = 3;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: hypercalls",
            Check.of("XEN-001", HypercallChecks::aCallReturnsToTheNextInstruction)
                    .cut(),
            Check.of("XEN-002", HypercallChecks::anUnsupportedNumberHasNoEffect).cut(),
            Check.of("XEN-003", HypercallChecks::anotherImmediateIsUndefined).cut(),
            Check.of("XEN-004", HypercallChecks::psciGoesOnWorking).cut(),
            Check.of("XEN-005", HypercallChecks::registersArePreserved).cut(),
            Check.of("XEN-012", HypercallChecks::aPreemptedCallTakesAnInterruptAndGoesOn)
                    .witnesses("preempted", "interrupt-taken"),
            Check.of("XEN-013", HypercallChecks::oldFormsOfCallsAreGone).cut(),
            Check.of("XEN-014", HypercallChecks::theVersionIgnoresItsArgument).cut(),
            Check.of("XEN-015", HypercallChecks::theFeaturesAreThoseOfAnUnprivilegedGuest)
                    .cut(),
            Check.of("XEN-016", HypercallChecks::thePageSizeHasNoArgument).cut(),
            Check.of("XEN-017", HypercallChecks::aListGoesOnAfterAFailure).cut(),
            Check.of("XEN-018", HypercallChecks::commandsOfEventChannelsHave32Bits)
                    .cut());

    private HypercallChecks() {}

    private static long version(XenGuest guest) {
        return guest.call(Xen.XEN_VERSION, 0, 0);
    }

    /** XEN-001. */
    private static void aCallReturnsToTheNextInstruction(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long pc = guest.cpu().pc();
        long version = version(guest);
        s.expectEqual("PC after the call", pc + 4, guest.cpu().pc());
        s.expectThat(
                "the version 0x" + Long.toHexString(version) + " is major<<16|minor",
                version >>> 16 >= OLDEST_MAJOR && version >>> 32 == 0);
        s.expectEqual("result of SCHEDOP_yield", 0, guest.call(Xen.SCHED_OP, Xen.YIELD, 0));
    }

    /** XEN-002. */
    private static void anUnsupportedNumberHasNoEffect(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (long number : UNSUPPORTED) {
            guest.arguments().fill(64, 0xF0).half(0, Xen.SELF).half(2, Xen.SELF);
            cpu.fillRegisters((int) number);
            cpu.x(0, Xen.ALLOC_UNBOUND);
            cpu.x(1, guest.arguments().address());
            cpu.x(16, number);
            RegisterFile before = cpu.registers();
            String name = "hypercall 0x" + Long.toHexString(number);
            s.expectRetired(name, cpu.execute(A64.hvc(Xen.TAG)));
            s.expectEqual("result of " + name, Xen.ENOSYS, cpu.x(0));
            s.expectEqual(
                    "registers after " + name,
                    before.with(CoreRegister.x(0), Xen.ENOSYS).with(CoreRegister.PC, cpu.pc()),
                    cpu.registers());
            s.expectEqual(
                    "memory at the argument of " + name,
                    0xF0F0_F0F0L,
                    guest.arguments().word(4) & 0xFFFF_FFFFL);
        }
    }

    /** XEN-003. */
    private static void anotherImmediateIsUndefined(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        long offset = -1;
        for (int immediate : new int[] {1, 0xEA0, 0xEA2, 0x1EA1, 0xFEFF}) {
            cpu.jump(cpu.layout().el1());
            cpu.x(16, Xen.XEN_VERSION);
            cpu.x(0, 0);
            long at = cpu.pc();
            long pstate = cpu.pstate().spsr();
            String name = "HVC #0x" + Integer.toHexString(immediate);
            s.expectDiverted(name, cpu.hypervisorCall(immediate), cpu.layout().vectorFromEl1(0));
            Syndrome syndrome = new Syndrome(cpu.read(SystemRegister.ESR_EL1));
            s.expectEqual("exception class of " + name, 0, syndrome.classCode());
            s.expectEqual("ISS of " + name, 0, syndrome.iss());
            s.expectEqual("SPSR_EL1 after " + name, pstate, cpu.read(SystemRegister.SPSR_EL1));
            long elr = cpu.read(SystemRegister.ELR_EL1);
            s.expectOneOf("ELR_EL1 after " + name, elr, at, at + 4);
            s.expectThat("ELR_EL1 is the same place for every immediate", offset < 0 || offset == elr - at);
            offset = elr - at;
        }
    }

    /** XEN-004: with the numbers of a hypercall in x16, which is not an argument of SMCCC. */
    private static void psciGoesOnWorking(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(16, Xen.XEN_VERSION);
        long psci = cpu.call(Psci.VERSION);
        s.expectThat("PSCI_VERSION, 0x" + Long.toHexString(psci) + ", is 0.2 to 1.x", psci >= 2 && psci < 2L << 16);
        cpu.x(16, Xen.EVENT_CHANNEL_OP);
        s.expectEqual("PSCI_VERSION with the number of event_channel_op in x16", psci, cpu.call(Psci.VERSION));
        cpu.x(16, Xen.SCHED_OP);
        s.expectEqual("an unknown SMCCC function", -1, (int) cpu.call(0xC6FF_FF00));
        long version = version(guest);
        cpu.x(16, Psci.VERSION & 0xFFFF_FFFFL);
        cpu.x(0, Psci.VERSION & 0xFFFF_FFFFL);
        s.expectRetired("HVC #0xEA1 with a PSCI function", cpu.execute(A64.hvc(Xen.TAG)));
        s.expectEqual("result of HVC #0xEA1 with a PSCI function", Xen.ENOSYS, cpu.x(0));
        s.expectEqual("version afterwards", version, version(guest));
    }

    /** XEN-005. The API does not show FP and SIMD registers. */
    private static void registersArePreserved(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        long block = guest.arguments().address();
        long[][] calls = {
            {Xen.XEN_VERSION, 0, 0},
            {Xen.EVENT_CHANNEL_OP, Xen.ALLOC_UNBOUND, block},
            {Xen.EVENT_CHANNEL_OP, Xen.STATUS, block},
            {Xen.EVENT_CHANNEL_OP, Xen.STATUS, XenGuest.HOLE},
            {Xen.VM_ASSIST, 0, 5},
            {Xen.HVM_OP, Xen.GET_PARAM, block},
            {Xen.VCPU_OP, 99, 0, block},
        };
        for (int i = 0; i < calls.length; i++) {
            guest.arguments().fill(64, 0).half(0, Xen.SELF).half(2, Xen.SELF);
            cpu.fillRegisters(i);
            for (int n = 1; n < calls[i].length; n++) {
                cpu.x(n - 1, calls[i][n]);
            }
            cpu.x(16, calls[i][0]);
            long pstate = cpu.pstate().spsr();
            RegisterFile before = cpu.registers();
            String name = "hypercall " + calls[i][0];
            s.expectRetired(name, cpu.execute(A64.hvc(Xen.TAG)));
            RegisterFile after = cpu.registers();
            RegisterFile expected = before.with(CoreRegister.PC, cpu.pc());
            for (int n : new int[] {0, 1, 2, 3, 4, 16}) {
                expected = expected.with(CoreRegister.x(n), after.get(CoreRegister.x(n)));
            }
            s.expectEqual("registers after " + name, expected, after);
            s.expectEqual("PSTATE after " + name, pstate, cpu.pstate().spsr());
        }
    }

    /** XEN-012: the interrupt comes from the other vCPU while the first waits to go on with a long list. */
    private static void aPreemptedCallTakesAnInterruptAndGoesOn(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        GicGuest gic = cpu.gic();
        gic.initialise();
        gic.enable(new InterruptId(SGI));
        long version = version(guest);
        GuestBlock list = guest.scratch(0);
        for (int i = 0; i < LONG_LIST; i++) {
            entry(list, i, Xen.XEN_VERSION, 0, 0);
        }
        cpu.interruptsOn();
        long at = cpu.pc();
        GuestStep step = guest.begin(cpu, Xen.MULTICALL, list.address(), LONG_LIST);
        if (guest.isInterrupted(cpu, step)) {
            s.expectEqual("PC of the preempted call", at, cpu.pc());
            s.witness("preempted");
            s.expectEqual(
                    "result of the last entry when the call is preempted",
                    NOT_RUN,
                    list.quad((LONG_LIST - 1) * ENTRY_BYTES + ENTRY_RESULT));
            sendSgi(guest.cpu(1));
            s.expectDiverted(
                    "the preempted call with an interrupt due",
                    cpu.resume(),
                    cpu.layout().vectorFromEl1(1));
            s.expectEqual("ELR_EL1 of the interrupt", at, cpu.read(SystemRegister.ELR_EL1));
            s.witness("interrupt-taken");
            handle(s, cpu);
            cpu.eret(at);
            step = cpu.resume();
        }
        while (guest.isInterrupted(cpu, step)) {
            step = cpu.resume();
        }
        s.expectRetired("the preempted call", step);
        s.expectEqual("result of the preempted call", 0, cpu.x(0));
        for (int i = 0; i < LONG_LIST; i++) {
            s.expectEqual("result of entry " + i, version, list.quad(i * ENTRY_BYTES + ENTRY_RESULT));
        }
    }

    /** A handler that keeps the registers which the preempted call needs. */
    static void handle(Scenario s, SteppingGuestCpu cpu) {
        long[] kept = new long[17];
        for (int n = 0; n < kept.length; n++) {
            kept[n] = cpu.x(n);
        }
        int intid = cpu.gic().acknowledge();
        s.expectThat("the interrupt, " + intid + ", is the SGI", intid < 16);
        cpu.gic().end(intid);
        for (int n = 0; n < kept.length; n++) {
            cpu.x(n, kept[n]);
        }
    }

    private static void sendSgi(SteppingGuestCpu from) {
        from.msr(SystemRegister.ICC_SRE_EL1, 7);
        from.msr(SystemRegister.ICC_SGI1R_EL1, (long) SGI << 24 | 1);
    }

    /** XEN-013. */
    private static void oldFormsOfCallsAreGone(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long block = guest.arguments().fill(64, 0).address();
        for (long number : new long[] {Xen.SCHED_OP_COMPAT, Xen.EVENT_CHANNEL_OP_COMPAT, Xen.PHYSDEV_OP_COMPAT}) {
            for (long command = 0; command < 8; command++) {
                s.expectEqual(
                        "result of hypercall " + number + " with command " + command,
                        Xen.ENOSYS,
                        guest.call(number, command, block));
            }
        }
    }

    /** XEN-014. */
    private static void theVersionIgnoresItsArgument(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long version = version(guest);
        s.expectThat(
                "the version 0x" + Long.toHexString(version) + " is major<<16|minor",
                version >>> 16 >= OLDEST_MAJOR && version >>> 32 == 0);
        for (long pointer : new long[] {XenGuest.HOLE, 1, -1, Long.MIN_VALUE}) {
            s.expectEqual(
                    "version with the argument 0x" + Long.toHexString(pointer),
                    version,
                    guest.call(Xen.XEN_VERSION, 0, pointer));
        }
    }

    /** XEN-015. */
    private static void theFeaturesAreThoseOfAnUnprivilegedGuest(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.arguments().word(0, 0).word(4, 0);
        long block = guest.arguments().address();
        s.expectEqual("result of get_features", 0, guest.call(Xen.XEN_VERSION, 6, block));
        int features = guest.arguments().word(4);
        for (int bit : new int[] {0, 2, 13, 14, 16}) {
            s.expectEqual("feature bit " + bit, 1, features >>> bit & 1);
        }
        for (int bit : new int[] {11, 17}) {
            s.expectEqual("feature bit " + bit, 0, features >>> bit & 1);
        }
        guest.arguments().word(0, 1).word(4, 0);
        s.expectEqual("result of get_features with index 1", Xen.EINVAL, guest.call(Xen.XEN_VERSION, 6, block));
        s.expectEqual(
                "result of get_features with a bad pointer", Xen.EFAULT, guest.call(Xen.XEN_VERSION, 6, XenGuest.HOLE));
    }

    /** XEN-016. */
    private static void thePageSizeHasNoArgument(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        s.expectEqual("page size", 4096, guest.call(Xen.XEN_VERSION, 7, 0));
        s.expectEqual(
                "result of pagesize with an argument",
                Xen.EINVAL,
                guest.call(Xen.XEN_VERSION, 7, guest.arguments().address()));
    }

    /** XEN-017. */
    private static void aListGoesOnAfterAFailure(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long version = version(guest);
        GuestBlock list = guest.scratch(0).fill(4 * ENTRY_BYTES, 0x77);
        GuestBlock port = guest.scratch(1).word(0, 0);
        entry(list, 0, Xen.EVENT_CHANNEL_OP, Xen.CLOSE, port.address());
        entry(list, 1, Xen.XEN_VERSION, 0, 0);
        s.expectEqual("result of a list of two", 0, guest.call(Xen.MULTICALL, list.address(), 2));
        s.expectEqual("result of the entry that fails", Xen.EINVAL, list.quad(ENTRY_RESULT));
        s.expectEqual("result of the entry after it", version, list.quad(ENTRY_BYTES + ENTRY_RESULT));
        entry(list, 0, Xen.MULTICALL, list.at(2 * ENTRY_BYTES).address(), 1);
        entry(list, 2, Xen.XEN_VERSION, 0, 0);
        s.expectEqual("result of a list with a list in it", 0, guest.call(Xen.MULTICALL, list.address(), 2));
        s.expectEqual("result of the list in a list", Xen.EINVAL, list.quad(ENTRY_RESULT));
        s.expectEqual(
                "result of the inner list's entry, which is not run",
                NOT_RUN,
                list.quad(2 * ENTRY_BYTES + ENTRY_RESULT));
        s.expectEqual("result of a list that cannot be read", Xen.EFAULT, guest.call(Xen.MULTICALL, XenGuest.HOLE, 1));
        s.expectEqual("result of an empty list", 0, guest.call(Xen.MULTICALL, list.address(), 0));
    }

    private static void entry(GuestBlock list, int n, long operation, long... arguments) {
        GuestBlock entry = list.at((long) n * ENTRY_BYTES);
        entry.quad(0, operation).quad(ENTRY_RESULT, NOT_RUN);
        for (int i = 0; i < arguments.length; i++) {
            entry.quad(ENTRY_ARGUMENTS + 8 * i, arguments[i]);
        }
    }

    /** XEN-018. */
    private static void commandsOfEventChannelsHave32Bits(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long block = guest.arguments().fill(64, 0).address();
        for (long command : new long[] {15, 0x7FFF_FFFFL, -1, 0xFFFF_FFFFL, 0x8000_0004L}) {
            s.expectEqual(
                    "result of event_channel_op with command 0x" + Long.toHexString(command),
                    Xen.ENOSYS,
                    guest.call(Xen.EVENT_CHANNEL_OP, command, block));
        }
        int port = guest.unbound();
        guest.arguments().fill(64, 0).half(0, Xen.SELF).word(4, port);
        s.expectEqual(
                "result of command 0x100000005", 0, guest.call(Xen.EVENT_CHANNEL_OP, 1L << 32 | Xen.STATUS, block));
        s.expectEqual(
                "state that command 0x100000005 says",
                Xen.UNBOUND,
                guest.arguments().word(8));
    }
}
