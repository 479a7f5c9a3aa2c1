/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.guest.GuestSetup;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * Event channels of the two-level ABI as a guest uses them, with what the driver keeps in the page that it was given: the
 * number of the port, room for structures (xen.md 3, 4). Where a vcpu_info is can be said once only, so it depends on the
 * vCPU alone: behind what the page of shared_info holds.
 *
 * @param program what the vCPU executes
 * @param setup the memory
 * @param vcpu index of the vCPU
 */
record EventGuest(GuestProgram program, GuestSetup setup, int vcpu) {
    private static final int INFO = 0x800;
    private static final int INFO_BYTES = 48;
    private static final int PORT = 0xD00;
    private static final int STRUCT = 0xE00;
    /** Where the guest maps shared_info: above what a toolstack maps, where no memory is. */
    private static final long SHARED = 0x39FF_F000L;

    private static final int TAG = 0xEA1;
    private static final int MEMORY_OP = 12;
    private static final int ADD_TO_PHYSMAP = 7;
    private static final int VCPU_OP = 24;
    private static final int REGISTER_INFO = 10;
    private static final int EVENT_CHANNEL_OP = 32;
    private static final int CLOSE = 3;
    private static final int SEND = 4;
    private static final int BIND_IPI = 7;
    private static final int UNMASK = 9;
    private static final int PAGE_FAULT_OP = 55;
    private static final long EBUSY = -16;
    private static final long EINVAL = -22;

    private static final long SELF = 0x7FF0;
    private static final long PENDING = 0x30;
    private static final long SELECTOR = 8;
    private static final int BITS = 64;

    static long pageFaultOp(GuestProgram program, long command, long argument) {
        return program.taggedCall(TAG, PAGE_FAULT_OP, command, argument);
    }

    long page() {
        return setup.area().base();
    }

    /** Address of a structure of words. */
    long struct(long... words) {
        for (int i = 0; i < words.length; i++) {
            program.store(page() + STRUCT + 8L * i, AccessWidth.DOUBLEWORD, words[i]);
        }
        return page() + STRUCT;
    }

    /** Makes the vCPU reachable by events; what was done before is done again without harm. */
    void open() {
        long gfn = SHARED >> PageSize.SHIFT;
        long shared = struct(SELF, 0, gfn);
        accept("add_to_physmap of shared_info", program.taggedCall(TAG, MEMORY_OP, ADD_TO_PHYSMAP, shared));
        long place = struct(gfn, info() - SHARED);
        long registered = program.taggedCall(TAG, VCPU_OP, REGISTER_INFO, vcpu, place);
        // That is how Xen 4.17 says that the vCPU is registered: frame and offset are good.
        accept("register_vcpu_info", registered == EINVAL ? EBUSY : registered);
        long bound = struct(vcpu);
        require("bind_ipi", program.taggedCall(TAG, EVENT_CHANNEL_OP, BIND_IPI, bound));
        program.store(page() + PORT, AccessWidth.WORD, program.load(bound + 4, AccessWidth.WORD));
        require("unmask", portCall(UNMASK));
        // A vcpu_info that was just registered tells to look everywhere; nothing is there yet.
        program.store(info(), AccessWidth.BYTE, 0);
        program.store(info() + SELECTOR, AccessWidth.DOUBLEWORD, 0);
    }

    private void accept(String what, long result) {
        if (result != EBUSY) {
            require(what, result);
        }
    }

    void require(String what, long result) {
        if (result != 0) {
            throw program.violation(what + " returned " + result);
        }
    }

    private long info() {
        return SHARED + INFO + (long) INFO_BYTES * vcpu;
    }

    /** Number of the port; 0 if there is none. */
    int port() {
        return (int) program.load(page() + PORT, AccessWidth.WORD);
    }

    private long portCall(int command) {
        return program.taggedCall(TAG, EVENT_CHANNEL_OP, command, page() + PORT);
    }

    private long pendingWord(int port) {
        return SHARED + PENDING + port / BITS * 8L;
    }

    /** Whether there is an event on the port. */
    boolean isPending() {
        int port = port();
        return (program.load(pendingWord(port), AccessWidth.DOUBLEWORD) >>> port & 1) != 0;
    }

    /**
     * Consumes the event: the upcall first, then the selector, then the event itself. What comes afterwards raises another
     * upcall (APF-192).
     */
    void consume() {
        int port = port();
        program.store(info(), AccessWidth.BYTE, 0);
        program.clearAtomically(setup.handler(), info() + SELECTOR, 1L << port / BITS);
        program.clearAtomically(setup.handler(), pendingWord(port), 1L << port);
    }

    /** Has the vCPU look once more. */
    void sendToSelf() {
        require("send", portCall(SEND));
    }

    /** Gives the port back; no event of it is left. */
    void close() {
        int port = port();
        if (port != 0) {
            require("close", portCall(CLOSE));
            program.store(page() + PORT, AccessWidth.WORD, 0);
            program.store(info(), AccessWidth.BYTE, 0);
            program.store(info() + SELECTOR, AccessWidth.DOUBLEWORD, 0);
        }
    }
}
