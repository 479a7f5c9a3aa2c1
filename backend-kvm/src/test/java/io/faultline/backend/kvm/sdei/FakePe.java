/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;

/** A processing element as a block of registers. */
final class FakePe implements ClientPe {
    final long[] x = new long[31];
    long pc = 0x4000_0000L;
    long pstate = ProcessorState.at(ExceptionLevel.EL1, true).spsr();
    long sctlr = 1L << 23;
    long elr;
    long spsr;
    boolean on = true;
    boolean attention;
    long vbar = 0x4008_0000L;
    long mapped = -1;
    int handlers;
    ExceptionLevel level = ExceptionLevel.EL1;
    private final int index;

    FakePe(int index) {
        this.index = index;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public long affinity() {
        return Affinity.ofIndex(index).mpidr();
    }

    @Override
    public boolean isOn() {
        return on;
    }

    @Override
    public long x(int n) {
        return x[n];
    }

    @Override
    public void x(int n, long value) {
        x[n] = value;
    }

    @Override
    public long pc() {
        return pc;
    }

    @Override
    public long pstate() {
        return pstate;
    }

    @Override
    public void resumeAt(long newPc, long newPstate) {
        pc = newPc;
        pstate = newPstate;
    }

    @Override
    public ExceptionLevel level() {
        return level;
    }

    @Override
    public long vectorBase() {
        return vbar;
    }

    @Override
    public boolean isMapped(long address) {
        return mapped == -1 || address == mapped;
    }

    @Override
    public void handlers(int depth) {
        handlers = depth;
    }

    @Override
    public long systemControl() {
        return sctlr;
    }

    @Override
    public void exceptionReturn(long returnPc, long returnPstate) {
        elr = returnPc;
        spsr = returnPstate;
    }

    @Override
    public void requestAttention() {
        attention = true;
    }
}
