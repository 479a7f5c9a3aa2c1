/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;

/** A caller that is like another one, except for what a mutant overrides. */
class LikeCaller implements Caller {
    final Caller right;

    LikeCaller(Caller right) {
        this.right = right;
    }

    @Override
    public VirtualProcessor processor() {
        return right.processor();
    }

    @Override
    public long argument(int index) {
        return right.argument(index);
    }

    @Override
    public void argument(int index, long value) {
        right.argument(index, value);
    }

    @Override
    public Struct struct() {
        return right.struct();
    }

    @Override
    public boolean read(long address, byte[] target, int offset, int length) {
        return right.read(address, target, offset, length);
    }

    @Override
    public boolean write(long address, byte[] source, int offset, int length) {
        return right.write(address, source, offset, length);
    }

    @Override
    public boolean lacksPage() {
        return right.lacksPage();
    }

    @Override
    public boolean hasWorkedEnough() {
        return right.hasWorkedEnough();
    }

    @Override
    public long continueLater() {
        return right.continueLater();
    }
}
