/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * What vCPUs do in races, as instructions. X21 is 1 until the call of the program has been made, so that a check can see
 * on which side of it something fell.
 */
final class Programs {
    /** Distance of the structures of {@link #calls}. */
    static final int CALL_BYTES = 32;

    private Programs() {}

    /** A call of vCPU 0 whose structure is in its area. */
    static GuestCode vcpuOperation(XenGuest guest, int command, int vcpu) {
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(21, 1);
        cpu.x(22, guest.arguments().address());
        return new GuestCode(
                cpu,
                A64.movz(0, command, 0),
                A64.movz(1, vcpu, 0),
                GuestCode.move(2, 22),
                A64.movz(16, (int) Xen.VCPU_OP, 0),
                Xen.hypercall(),
                A64.movz(21, 0, 0),
                A64.NOP);
    }

    /** event_channel_op on a vCPU, whose structure consists of words; the last word written is the first argument. */
    static GuestCode event(XenGuest guest, SteppingGuestCpu cpu, int command, long... words) {
        GuestBlock block = guest.arguments(cpu);
        for (int i = 1; i < words.length; i++) {
            block.word(4 * i, words[i]);
        }
        cpu.x(21, 1);
        cpu.x(22, block.address());
        cpu.x(23, words[0]);
        return new GuestCode(
                cpu,
                A64.str(AccessWidth.WORD, 23, 22, 0),
                A64.movz(0, command, 0),
                GuestCode.move(1, 22),
                A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0),
                Xen.hypercall(),
                A64.movz(21, 0, 0),
                A64.NOP);
    }

    /** The same call twice: the first result goes to X24. */
    static GuestCode eventTwice(XenGuest guest, SteppingGuestCpu cpu, int command, long... words) {
        GuestBlock block = guest.arguments(cpu);
        for (int i = 1; i < words.length; i++) {
            block.word(4 * i, words[i]);
        }
        cpu.x(21, 2);
        cpu.x(22, block.address());
        cpu.x(23, words[0]);
        return new GuestCode(
                cpu,
                A64.str(AccessWidth.WORD, 23, 22, 0),
                A64.movz(0, command, 0),
                GuestCode.move(1, 22),
                A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0),
                Xen.hypercall(),
                A64.movz(21, 1, 0),
                GuestCode.move(24, 0),
                A64.ldr(AccessWidth.WORD, 25, 22, 4),
                A64.str(AccessWidth.WORD, 23, 22, 0),
                A64.movz(0, command, 0),
                GuestCode.move(1, 22),
                A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0),
                Xen.hypercall(),
                A64.movz(21, 0, 0),
                A64.NOP);
    }

    /** One call of event_channel_op. */
    record Call(int command, long... words) {
        /** Where in its structure a call that makes a port says which. */
        int portOffset() {
            return command == Xen.BIND_VIRQ || command == Xen.BIND_INTERDOMAIN ? 8 : 4;
        }
    }

    /** The port that the call of a program with this index, which made one, was told. */
    static int portOf(XenGuest guest, SteppingGuestCpu cpu, int index, Call call) {
        return guest.arguments(cpu).word(CALL_BYTES * index + call.portOffset());
    }

    /**
     * Several calls, one after the other, on a vCPU. X21 is the number of those that are still to be made; the result of the
     * first is in X24, of the second in X25, and so on. Their structures are {@link #CALL_BYTES} apart.
     */
    static GuestCode calls(XenGuest guest, SteppingGuestCpu cpu, Call... calls) {
        GuestBlock block = guest.arguments(cpu);
        int[] code = new int[6 * calls.length + 1];
        for (int i = 0; i < calls.length; i++) {
            long[] words = calls[i].words();
            for (int j = 0; j < words.length; j++) {
                block.word(CALL_BYTES * i + 4 * j, words[j]);
            }
            code[6 * i] = A64.movz(0, calls[i].command(), 0);
            code[6 * i + 1] = A64.add(1, 22, CALL_BYTES * i);
            code[6 * i + 2] = A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0);
            code[6 * i + 3] = Xen.hypercall();
            code[6 * i + 4] = A64.movz(21, calls.length - 1 - i, 0);
            code[6 * i + 5] = GuestCode.move(24 + i, 0);
        }
        code[6 * calls.length] = A64.NOP;
        cpu.x(20, calls.length);
        cpu.x(21, calls.length);
        cpu.x(22, block.address());
        return new GuestCode(cpu, code);
    }

    /** SCHEDOP_poll on vCPU 0, without timeout. */
    static GuestCode poll(XenGuest guest, int... ports) {
        SteppingGuestCpu cpu = guest.cpu();
        GuestBlock block = guest.arguments();
        for (int i = 0; i < ports.length; i++) {
            block.word(0x100 + 4 * i, ports[i]);
        }
        block.quad(0, block.address() + 0x100).word(8, ports.length).word(12, 0).quad(16, 0);
        cpu.x(21, 1);
        cpu.x(22, block.address());
        return new GuestCode(
                cpu,
                A64.movz(0, Xen.POLL, 0),
                GuestCode.move(1, 22),
                A64.movz(16, (int) Xen.SCHED_OP, 0),
                Xen.hypercall(),
                A64.movz(21, 0, 0),
                A64.NOP);
    }

    /** Looks at the upcall byte of vCPU 0 and waits for an interrupt if it is clear. */
    static GuestCode waitIfIdle(XenGuest guest) {
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(1, guest.info(0).address());
        return new GuestCode(cpu, A64.ldr(AccessWidth.BYTE, 2, 1, 0), A64.cbnz(2, 8), A64.WFI, A64.NOP);
    }

    /** Ends the upcall that is active on vCPU 0; then as {@link #waitIfIdle}. */
    static GuestCode endAndWait(XenGuest guest) {
        SteppingGuestCpu cpu = guest.cpu();
        cpu.x(1, guest.info(0).address());
        cpu.x(3, guest.interrupt());
        return new GuestCode(
                cpu,
                A64.msr(SystemRegister.ICC_EOIR1_EL1, 3),
                A64.ldr(AccessWidth.BYTE, 2, 1, 0),
                A64.cbnz(2, 8),
                A64.WFI,
                A64.NOP);
    }
}
