/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervMutant.GET;
import static io.faultline.conformance.mutant.HypervMutant.PARTITION_ID;
import static io.faultline.conformance.mutant.HypervMutant.POST;
import static io.faultline.conformance.mutant.HypervMutant.SET;
import static io.faultline.conformance.mutant.HypervMutant.SIGNAL;
import static io.faultline.conformance.mutant.HypervMutant.SPIN_WAIT;
import static io.faultline.conformance.mutant.HypervMutant.around;
import static io.faultline.conformance.mutant.HypervMutant.call;
import static io.faultline.conformance.mutant.HypervMutant.part;

import com.google.inject.Injector;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.partition.GuestCalls;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.register.Registers;
import java.util.List;

/** Bugs in the conventions of hypercalls and in how parameters are found. */
final class HypervCallMutants {
    private static final int UNKNOWN_REGISTER = 0x87;
    private static final int LAST_ELEMENT = -1;
    private static final int PAGE = 4096;
    private static final int MESSAGE = 256;
    private static final int MOST_REPS = 64;
    private static final int VALUE_AT = 16;
    private static final long STATUS = 0xFFFF;
    private static final long START = 0xFFFL << 48;
    private static final long HEADER = 0x3FFL << 17;
    private static final long NESTED = 1L << 31;
    private static final long TOP = 0xFL << 60;
    private static final long RANGE_OF_CODES = 0xF000;

    static final List<Mutant> ALL = List.of(
            around(
                    "signals-by-the-usual-call-are-hints",
                    "HV-001",
                    "flag that SignalEvent by HVC #0 told the VMM",
                    (parts, call, right) -> {
                        if (!call.isOld() && call.code() == SIGNAL) {
                            call.control(call.control() & ~STATUS | SPIN_WAIT);
                            right.run();
                            call.control(call.control() & ~STATUS | SIGNAL);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "the-old-call-has-its-control-word-in-x1",
                    "HV-002",
                    "status of Set by HVC #1",
                    (parts, call, right) -> {
                        if (call.isOld()) {
                            call.control(call.x(1));
                        }
                        right.run();
                    }),
            around(
                    "the-old-call-has-a-result-of-16-bits",
                    "HV-003",
                    "completed elements by HVC #1",
                    (parts, call, right) -> {
                        right.run();
                        if (call.isOld()) {
                            call.result(call.result() & STATUS);
                        }
                    }),
            part(
                    "a-function-that-is-near-succeeds",
                    "HV-004",
                    "result of HVC #0 with function 0x46000000",
                    GuestCalls.class,
                    parts -> new LikeGuestCalls(parts) {
                        @Override
                        public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
                            boolean isNear = function == 0x4600_0000;
                            if (isNear) {
                                vcpu.pe().x(0, 0);
                            }
                            return isNear || super.call(vcpu, conduit, function);
                        }
                    }),
            around("codes-have-12-bits", "HV-005", "status of the code 0x1050", (parts, call, right) -> {
                if ((call.control() & RANGE_OF_CODES) == 0x1000) {
                    call.withControl(call.control() & ~RANGE_OF_CODES, right);
                } else {
                    right.run();
                }
            }),
            around(
                    "the-old-call-answers-psci",
                    "HV-007",
                    "status of HVC #1 with a function of PSCI",
                    (parts, call, right) -> {
                        if (call.isOld() && call.control() >>> 24 == 0x84) {
                            call.result(0x1_0001);
                        } else {
                            right.run();
                        }
                    }),
            around("the-guest-skips-an-instruction-after-a-failure", "HV-008", "HVC #0", (parts, call, right) -> {
                right.run();
                if (call.status() == UNKNOWN_REGISTER) {
                    call.vcpu().pe().returnAddress(call.vcpu().pe().returnAddress() + 4);
                }
            }),
            around(
                    "the-top-bits-mean-nothing",
                    "HV-009",
                    "status of Set with bit 60 set",
                    (parts, call, right) -> call.withControl(call.control() & ~TOP, right)),
            around(
                    "a-simple-call-may-have-a-start",
                    "HV-010",
                    "a call with a bad control word",
                    (parts, call, right) -> {
                        if (call.code() == SIGNAL || call.code() == POST) {
                            call.withControl(call.control() & ~START, right);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "nothing-left-to-do-is-success",
                    "HV-011",
                    "status of fast Set of 1 elements from 1",
                    (parts, call, right) -> {
                        boolean isList = call.code() == GET || call.code() == SET;
                        if (isList && call.count() > 0 && call.start() == call.count()) {
                            call.result((long) call.count() << 32);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "a-variable-header-is-skipped",
                    "HV-012",
                    "status of Set with a variable header of 1",
                    (parts, call, right) -> call.withControl(call.control() & ~HEADER, right)),
            around(
                    "two-values-of-three-are-mixed-up",
                    "HV-013",
                    "register 0xa0007 of vCPU 0 of three",
                    (parts, call, right) -> {
                        boolean isMixed = call.code() == SET && call.isFast() && call.count() == 3 && !call.isOld();
                        if (isMixed) {
                            long second = call.x(10);
                            call.x(10, call.x(14));
                            call.with(14, second, right);
                            call.x(10, second);
                        } else {
                            right.run();
                        }
                    }),
            around("one-value-has-64-bits", "HV-014", "X7 after Get", (parts, call, right) -> {
                long before = call.x(7);
                boolean isOne = call.code() == GET && call.isFast() && call.count() == 1 && !call.isOld();
                right.run();
                if (isOne) {
                    call.x(7, before);
                }
            }),
            around(
                    "output-follows-the-last-word-of-input",
                    "HV-015",
                    "X6 after Get of 2 registers",
                    (parts, call, right) -> {
                        boolean isTwo = call.code() == GET && call.isFast() && call.count() == 2 && !call.isOld();
                        right.run();
                        if (isTwo && call.status() == 0) {
                            for (int x = 5; x < 9; x++) {
                                call.x(x, call.x(x + 1));
                            }
                        }
                    }),
            around(
                    "the-old-call-has-output-behind-its-input",
                    "HV-016",
                    "X15 after Get by HVC #1",
                    (parts, call, right) -> {
                        boolean isOne = call.code() == GET && call.isFast() && call.count() == 1 && call.isOld();
                        long[] before = {call.x(15), call.x(16)};
                        right.run();
                        if (isOne && call.status() == 0) {
                            call.x(5, call.x(15));
                            call.x(6, call.x(16));
                            call.x(15, before[0]);
                            call.x(16, before[1]);
                        }
                    }),
            around(
                    "a-fast-list-that-is-too-long-is-cut",
                    "HV-017",
                    "status of fast Get of 6 registers",
                    (parts, call, right) -> {
                        boolean isLong = call.code() == GET && call.isFast() && call.count() > 5;
                        if (isLong) {
                            call.withControl(call.control() & ~(0xFFFL << 32) | 5L << 32, right);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "a-name-has-64-bits",
                    "HV-018",
                    "status of Get with 0xffffffffffffffff behind the input",
                    (parts, call, right) -> {
                        boolean isOne = call.code() == GET && call.isFast() && call.count() == 1;
                        if (isOne && call.x(call.input() + 2) >>> 32 != 0) {
                            call.result(UNKNOWN_REGISTER);
                        } else {
                            right.run();
                        }
                    }),
            around("the-old-call-destroys-x17", "HV-019", "registers after Get by HVC #1", (parts, call, right) -> {
                right.run();
                if (call.isOld()) {
                    call.x(17, 0);
                }
            }),
            around("a-failure-destroys-x18", "HV-020", "X18 after Get of an unknown register", (parts, call, right) -> {
                right.run();
                if (call.status() != 0) {
                    call.x(18, 0);
                }
            }),
            around(
                    "elements-count-from-the-start",
                    "HV-021",
                    "completed elements of Set of five elements from 1",
                    (parts, call, right) -> {
                        int start = call.start();
                        boolean isList = call.code() == GET || call.code() == SET;
                        right.run();
                        if (isList && call.status() == 0) {
                            call.result(call.result() - ((long) start << 32));
                        }
                    }),
            around(
                    "a-list-that-fails-has-done-nothing",
                    "HV-022",
                    "completed elements of a Set whose element 1 is unknown",
                    (parts, call, right) -> {
                        right.run();
                        if (call.status() != 0) {
                            call.result(call.status());
                        }
                    }),
            call(
                    "the-first-of-several-values-counts",
                    "HV-023",
                    "register 0xa0000 of vCPU 0 that a list from 0 sets several times",
                    SET,
                    (parts, call, right) -> {
                        HypervNotes notes = parts.getInstance(HypervNotes.class);
                        int name = call.u32(call.elementAt());
                        if (call.element() <= notes.numbers.getOrDefault(LAST_ELEMENT, 0L)) {
                            notes.numbers.clear();
                        }
                        notes.numbers.put(LAST_ELEMENT, (long) call.element());
                        return notes.numbers.put(name, 0L) == null ? right.execute(call) : 0;
                    }),
            around(
                    "addresses-are-rounded",
                    "HV-024",
                    "status of PostMessage with input at a multiple of 8 plus 1",
                    (parts, call, right) -> {
                        if (call.isFast()) {
                            right.run();
                        } else {
                            call.with(call.input(), call.x(call.input()) & -8, right);
                        }
                    }),
            around(
                    "a-block-is-moved-into-its-page",
                    "HV-025",
                    "status of PostMessage with input at 0xf08 of a page",
                    (parts, call, right) -> {
                        long address = call.x(call.input());
                        boolean isLate = call.code() == POST && !call.isFast() && (address & PAGE - 1) > PAGE - MESSAGE;
                        if (isLate) {
                            call.with(call.input(), address & -PAGE, right);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "no-input-has-an-alignment",
                    "HV-026",
                    "status of the call 0x46 with input at",
                    (parts, call, right) -> {
                        if (call.code() == PARTITION_ID && (call.x(call.input()) & 7) != 0) {
                            call.result(4);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "no-output-has-an-alignment",
                    "HV-027",
                    "status of PostMessage with output at 0x3",
                    (parts, call, right) -> {
                        if (call.code() == POST && !call.isFast() && (call.x(call.output()) & 7) != 0) {
                            call.result(4);
                        } else {
                            right.run();
                        }
                    }),
            around(
                    "input-that-is-nowhere-is-forgiven",
                    "HV-028",
                    "status of PostMessage with input at 0x30000000",
                    (parts, call, right) -> {
                        long address = call.x(call.input());
                        boolean isNowhere = call.code() == POST
                                && !call.isFast()
                                && !parts.getInstance(Host.class).ram().contains(address & -PAGE);
                        right.run();
                        if (isNowhere && call.status() != 0) {
                            call.result(0);
                        }
                    }),
            around(
                    "output-is-cleared-first",
                    "HV-029",
                    "output of a call with the control word 0x100000046",
                    (parts, call, right) -> {
                        long address = call.x(call.output());
                        boolean hasOutput = call.code() == PARTITION_ID && !call.isFast();
                        right.run();
                        Host host = parts.getInstance(Host.class);
                        if (hasOutput && call.status() != 0 && host.ram().contains(address & -PAGE)) {
                            host.ram().write(address, new byte[8], 0, 8);
                        }
                    }),
            call(
                    "elements-are-read-when-it-is-their-turn",
                    "HV-030",
                    "status of a list that hides itself",
                    SET,
                    HypervCallMutants::readsAgain),
            around(
                    "nesting-means-nothing",
                    "HV-031",
                    "status of Set with the bit for a nested call",
                    (parts, call, right) -> call.withControl(call.control() & ~NESTED, right)),
            call("a-list-that-goes-on-is-of-the-last-caller", "HV-032", "of this vCPU", GET, (parts, call, right) -> {
                HypervNotes notes = parts.getInstance(HypervNotes.class);
                if (call.element() == 0) {
                    notes.numbers.put(0, (long) call.vcpu());
                }
                return call.element() < MOST_REPS
                        ? right.execute(call)
                        : reads(parts, call, notes.numbers.get(0).intValue());
            }),
            call(
                    "an-unknown-register-in-a-list-is-zero",
                    "HV-182",
                    "status of a Get whose element 1 is unknown",
                    GET,
                    (parts, call, right) -> {
                        int status = right.execute(call);
                        if (status == UNKNOWN_REGISTER && call.element() > 0) {
                            call.put64(0, 0);
                            call.put64(Long.BYTES, 0);
                            return 0;
                        }
                        return status;
                    }));

    private HypervCallMutants() {}

    /** Reads the register that an element of Get names. */
    static int reads(Injector parts, Call call, int vcpu) {
        RegisterValue value = new RegisterValue();
        int status = parts.getInstance(Registers.class).read(vcpu, call.u32(call.elementAt()), value);
        if (status == 0) {
            call.put64(0, value.low());
            call.put64(Long.BYTES, value.high());
        }
        return status;
    }

    /** Writes the register that an element of Set names. */
    static int writes(Injector parts, Call call) {
        RegisterValue value = new RegisterValue();
        value.set(call.u64(call.elementAt() + VALUE_AT), call.u64(call.elementAt() + VALUE_AT + Long.BYTES));
        return parts.getInstance(Registers.class).write(call.vcpu(), call.u32(call.elementAt()), value);
    }

    private static int readsAgain(Injector parts, Call call, Hypercall right) {
        CallRegisters registers = new CallRegisters(call.processor(), false);
        if (call.processor().pe().x(0) != 0x4600_0001L || registers.isFast()) {
            return right.execute(call);
        }
        Host host = parts.getInstance(Host.class);
        byte[] element = new byte[32];
        long address = registers.x(registers.input()) + call.elementAt();
        host.ram().read(host.stage2().physical(address), element, 0, element.length);
        byte[] before = new byte[element.length];
        call.read(call.elementAt(), before, 0, before.length);
        return java.util.Arrays.equals(element, before) ? right.execute(call) : UNKNOWN_REGISTER;
    }
}
