/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * One thing that a guest or the VMM does. As text it is the kind and the values in hexadecimal, so that a sequence can be
 * kept as it was printed.
 */
record Step(Kind kind, long... values) {
    /** What is done; the first value is the machine. */
    enum Kind {
        /** Machine, vCPU, number, five arguments: a hypercall to its end. */
        CALL,
        /** As a call, but the guest executes HVC only once: a long call stays unfinished. */
        BEGIN,
        /** Machine, vCPU: an unfinished call goes on to its end. */
        GO_ON,
        /** Machine, vCPU, number of ports: a guest binds so many IPIs, or as many as it can have. */
        PORTS,
        /** Machine, address, 32-bit words: what the guest stores. */
        WORDS,
        /** Machine, address, 64-bit words. */
        LONGS,
        /** Machine, frame, offset, 64-bit word: what the guest stores in a page of the hypervisor that it has mapped. */
        SHARED,
        /** Machine, vCPU, number of instructions, address if any: a vCPU reads a word again and again. */
        RUN,
        /**
         * Machine, vCPU, whether it takes interrupts, number or -1, five arguments, address or 0, 64-bit word: from now on
         * the guest does this in the interrupts of the vCPU.
         */
        HANDLER,
        /** Machine, address, 32-bit word: another vCPU stores it while the hypervisor appends to a queue the next time. */
        RACE,
        /** Machine, page, how often it fails before it comes: the VMM takes a page away if it can. */
        EVICT,
        /** Machine, whether all: pages come that were asked for, or all. */
        DELIVER,
        /** Machine, vCPU: off, or on if it is off. */
        POWER,
        /** Machine, nanoseconds. */
        TIME,
        /** Machine, number of bytes: input from the VMM, and its output taken. */
        CONSOLE,
        /** Machine, which: the toolstack writes or removes a node. */
        STORE,
        /** Machine: reset by the VMM. */
        RESET,
        /** Machine: saved, restored into a new one, which goes on. */
        MOVE
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
        return new Step(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), values);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(" ");
        text.add(kind.name().toLowerCase(Locale.ROOT));
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
