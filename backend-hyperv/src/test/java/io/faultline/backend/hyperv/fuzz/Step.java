/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/** One step of a sequence. Numbers are written in hexadecimal. */
record Step(Kind kind, long... values) {
    /** What is done; the first value is the machine. */
    enum Kind {
        /** Machine, vCPU, convention (0 or 1), control word, parameters: a hypercall to its end. */
        CALL,
        /** As a call, but the guest executes HVC only once: a long call stays unfinished. */
        BEGIN,
        /** Machine, vCPU: an unfinished call goes on to its end. */
        GO_ON,
        /** Machine, vCPU, which instruction (0: HVC #0, 1: HVC #2, 2: SMC #0), X0: another call. */
        RAW,
        /** Machine, address, 32-bit words: what a guest stores. */
        WORDS,
        /** Machine, address, 64-bit words. */
        LONGS,
        /** Machine, address, bytes. */
        BYTES,
        /**
         * Machine, when (0: before the hypervisor marks a slot that is busy, 1: after that), type: another vCPU writes the type
         * of the slot the next time that it comes to that.
         */
        RACE,
        /** Machine, vCPU, source: the guest takes the message out of its slot and says so. */
        TAKE,
        /**
         * Machine, vCPU, address, how (0: reads 8 bytes, 1: writes them, 2 and 3: the same at EL0, 4
         * to 7: the same with interrupts unmasked, once), value: an access.
         */
        TOUCH,
        /** Machine, vCPU: the vCPU executes with interrupts unmasked until it has taken one, if there is one. */
        INTERRUPT,
        /** Machine, page, how often it fails before it comes, all ones if it is lost: the VMM takes a page away if it can. */
        EVICT,
        /** Machine, whether all: pages come that were asked for, or all. */
        DELIVER,
        /** Machine, vCPU: off, or on if it is off. */
        POWER,
        /** Machine, vCPU: reset by the VMM. */
        RESTART,
        /** Machine, nanoseconds. */
        TIME,
        /** Machine: reset by the VMM. */
        RESET,
        /** Machine: saved, restored into a new one, which goes on. */
        MOVE,
        /** Machine: closed, and a new one in its place. */
        REPLACE,
        /** Machine, identifier, vCPU, source: a port for messages. */
        MESSAGE_PORT,
        /** Machine, identifier, vCPU, source, first flag, flags: a port for events. */
        EVENT_PORT,
        /** Machine, identifier: the port is deleted. */
        CLOSE_PORT,
        /** Machine, identifier, machine, port: a connection to a port. */
        CONNECT,
        /** Machine, identifier, flags or 0: messages, or signals, go to the VMM. */
        LISTEN,
        /** Machine, identifier: the connection ends. */
        DISCONNECT,
        /** Machine, port, type, length, what to fill it with: the VMM posts. */
        POST,
        /** Machine, port, flag: the VMM signals. */
        SIGNAL,
        /** Machine, vCPU, source, flag: the VMM signals without a port. */
        DIRECT,
        /** Machine, 0 or 1: the VMM wants to hear of accesses to memory from now on, or not. */
        INTERCEPTS,
        /** Machine, page, kinds of access (bit 0: read, bit 1: write, bit 2: execute): they are allowed, all others are not. */
        PERMIT,
        /** Machine, vCPU: it goes on if it has stopped at an access. */
        RESUME,
        /**
         * Machine, channel of the plan, vCPU, how (0: if possible at some time, 1: only at once, 2: taken back, 3: looked at): the
         * VMM triggers an event flag.
         */
        TRIGGER,
        /** Machine, what (see {@link Reaction}), three values: what the VMM does the next time that a guest reaches it. */
        REACT
    }

    int machine() {
        return (int) values[0];
    }

    int vcpu() {
        return (int) values[1];
    }

    /** The same with another value. */
    Step with(int index, long value) {
        long[] changed = values.clone();
        changed[index] = value;
        return new Step(kind, changed);
    }

    static Step parse(String line) {
        String[] parts = line.trim().split(" +");
        long[] values = new long[parts.length - 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = Long.parseUnsignedLong(parts[i + 1], 16);
        }
        return new Step(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT).replace('-', '_')), values);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(" ");
        text.add(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        Arrays.stream(values).mapToObj(Long::toHexString).forEach(text::add);
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Step step && toString().equals(step.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }
}
