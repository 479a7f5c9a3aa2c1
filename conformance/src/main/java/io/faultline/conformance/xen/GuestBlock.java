/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.memory.GuestMemory;
import io.faultline.conformance.scenario.Rig;
import java.util.Arrays;

/** A structure in guest memory, filled and read by the test as the guest's program between two instructions. */
record GuestBlock(Rig rig, long address) {
    private GuestMemory memory() {
        return rig.machine().memory();
    }

    GuestBlock half(int offset, long value) {
        memory().store(address + offset, AccessWidth.HALFWORD, value);
        return this;
    }

    GuestBlock word(int offset, long value) {
        memory().store(address + offset, AccessWidth.WORD, value);
        return this;
    }

    GuestBlock quad(int offset, long value) {
        memory().store(address + offset, AccessWidth.DOUBLEWORD, value);
        return this;
    }

    /** Fills bytes. */
    GuestBlock fill(int bytes, int value) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) value);
        memory().write(address, content);
        return this;
    }

    int half(int offset) {
        return (int) memory().load(address + offset, AccessWidth.HALFWORD);
    }

    int word(int offset) {
        return (int) memory().load(address + offset, AccessWidth.WORD);
    }

    long quad(int offset) {
        return memory().load(address + offset, AccessWidth.DOUBLEWORD);
    }

    byte[] bytes(int length) {
        byte[] content = new byte[length];
        memory().read(address, content);
        return content;
    }

    GuestBlock at(long offset) {
        return new GuestBlock(rig, address + offset);
    }

    long gfn() {
        return address >>> 12;
    }
}
