/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.backend.core.machine.VirtualProcessor;

/** A vCPU in one of the calls of a list (xen.md 1.6). Arguments are those of the entry. */
final class MulticallEntry implements Caller {
    /** Size of an entry: number, result, six arguments of which five count. */
    static final int BYTES = 64;

    private static final int RESULT = 8;
    private static final int ARGUMENTS = 16;

    private final Caller outer;
    private final Struct entry = new Struct();
    private boolean continued;

    MulticallEntry(Caller outer) {
        this.outer = outer;
    }

    /** Takes an entry from the list; false if it cannot be read. */
    boolean load(long address) {
        continued = false;
        return outer.read(address, entry.bytes(), 0, BYTES);
    }

    long number() {
        return entry.u64(0);
    }

    /** Writes the result; false if that is not possible. */
    boolean storeResult(long address, long result) {
        entry.u64(RESULT, result);
        return outer.write(address + RESULT, entry.bytes(), RESULT, Long.BYTES);
    }

    /** Writes what is left of a call back into the list; false if that is not possible. */
    boolean storeRest(long address) {
        return outer.write(address, entry.bytes(), 0, BYTES);
    }

    boolean isContinued() {
        return continued;
    }

    @Override
    public VirtualProcessor processor() {
        return outer.processor();
    }

    @Override
    public long argument(int index) {
        return entry.u64(ARGUMENTS + index * Long.BYTES);
    }

    @Override
    public void argument(int index, long value) {
        entry.u64(ARGUMENTS + index * Long.BYTES, value);
    }

    @Override
    public Struct struct() {
        return outer.struct();
    }

    @Override
    public boolean read(long address, byte[] target, int offset, int length) {
        return outer.read(address, target, offset, length);
    }

    @Override
    public boolean write(long address, byte[] source, int offset, int length) {
        return outer.write(address, source, offset, length);
    }

    @Override
    public boolean lacksPage() {
        return outer.lacksPage();
    }

    @Override
    public boolean hasWorkedEnough() {
        return outer.hasWorkedEnough();
    }

    @Override
    public long continueLater() {
        continued = true;
        return 0;
    }
}
