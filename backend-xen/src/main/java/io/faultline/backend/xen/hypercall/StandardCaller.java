/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.backend.core.machine.VirtualProcessor;

/** A vCPU in a hypercall that it made by itself. */
final class StandardCaller implements Caller {
    /** Calls are interrupted after so many parts, each of which is bounded. */
    static final int PARTS = 256;

    static final int NUMBER = 16;
    private static final int INSTRUCTION_BYTES = 4;

    private final VirtualProcessor processor;
    private final StandardGuestCopy copy;
    private final Struct struct = new Struct();
    private final MulticallEntry entry = new MulticallEntry(this);
    private int parts;
    private boolean continued;

    StandardCaller(VirtualProcessor processor) {
        this.processor = processor;
        copy = new StandardGuestCopy(processor.host(), processor.pe());
    }

    void begin() {
        copy.begin();
        parts = 0;
        continued = false;
    }

    boolean isContinued() {
        return continued;
    }

    StandardGuestCopy copy() {
        return copy;
    }

    /** Where a call of a list keeps its arguments. */
    MulticallEntry entry() {
        return entry;
    }

    @Override
    public boolean lacksPage() {
        return copy.missing() != StandardGuestCopy.NOTHING;
    }

    /**
     * Has the guest execute the instruction again when the page has come that a copy lacked; false if it is lost.
     */
    boolean retryWithPage() {
        return processor.retryWithPage(copy.missing(), copy.missingFor());
    }

    /** The guest comes back to the instruction. */
    void goBack() {
        processor.pe().returnAddress(processor.pe().returnAddress() - INSTRUCTION_BYTES);
    }

    @Override
    public VirtualProcessor processor() {
        return processor;
    }

    @Override
    public long argument(int index) {
        return processor.pe().x(index);
    }

    @Override
    public void argument(int index, long value) {
        processor.pe().x(index, value);
    }

    @Override
    public Struct struct() {
        return struct;
    }

    @Override
    public boolean read(long address, byte[] target, int offset, int length) {
        return copy.read(address, target, offset, length);
    }

    @Override
    public boolean write(long address, byte[] source, int offset, int length) {
        return copy.write(address, source, offset, length);
    }

    @Override
    public boolean hasWorkedEnough() {
        return ++parts > PARTS;
    }

    @Override
    public long continueLater() {
        continued = true;
        return 0;
    }
}
