/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.guest.GuestSetup;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * Registers and pages of the hypervisor as a guest uses them (hyperv.md 1.8, 3). Of the pages that the driver was given the
 * first is the place of the assist page, the second that of messages or flags, and the third is the driver's own.
 *
 * @param program what the vCPU executes
 * @param setup the memory
 * @param vcpu index of the vCPU
 */
record SynicGuest(GuestProgram program, GuestSetup setup, int vcpu) {
    static final int PAGES = 3;
    /** Source that the driver uses. */
    static final int SOURCE = 5;

    static final int VECTORS = 0x4_0400;
    static final int SYNDROME = 0x4_0401;
    static final int ASSIST = 0x9_0013;
    static final int FLAGS_PAGE = 0xA_0012;
    static final int MESSAGES_PAGE = 0xA_0013;
    static final int END_OF_MESSAGE = 0xA_0014;
    static final int LIMITS = 0xF_A000;
    static final int CONTROL = 0xF_A001;

    private static final int FEATURES = 0x200;
    private static final int GUEST_OS_ID = 0x9_0002;
    private static final int FIRST_SOURCE = 0xA_0000;
    private static final int SYNIC_CONTROL = 0xA_0010;
    private static final long MASKED = 1 << 16;

    private static final int FUNCTION = 0x4600_0001;
    private static final long FAST_ONE = 1L << 32 | 1L << 16;
    private static final int GET = 0x50;
    private static final int SET = 0x51;
    private static final long STATUS = 0xFFFF;
    private static final long SELF_PARTITION = -1;
    private static final long SELF_VP = 0xFFFF_FFFEL;
    /** An operating system whose source is open, of no vendor. */
    private static final long OS_ID = 0x80FF_0000_0001_0000L;

    /** Whether the hypervisor offers asynchronous page faults. */
    static boolean isOffered(GuestProgram program) {
        return get(program, FEATURES) == 0 && program.x(7) < 0;
    }

    private static long get(GuestProgram program, int name) {
        return program.call(FUNCTION, GET | FAST_ONE, SELF_PARTITION, SELF_VP, name) & STATUS;
    }

    long get(int name) {
        require("getting register " + GuestProgram.hex(name), get(program, name));
        return program.x(6);
    }

    void set(int name, long value) {
        long status = program.call(FUNCTION, SET | FAST_ONE, SELF_PARTITION, SELF_VP, name, 0, value, 0) & STATUS;
        require("setting register " + GuestProgram.hex(name) + " to " + GuestProgram.hex(value), status);
    }

    private void require(String what, long status) {
        if (status != 0) {
            throw program.violation(what + " returned status " + GuestProgram.hex(status));
        }
    }

    long assist() {
        return setup.area().base();
    }

    /** The page of messages or flags. */
    long page() {
        return assist() + PageSize.BYTES;
    }

    /** The driver's own page. */
    long own() {
        return page() + PageSize.BYTES;
    }

    GuestInterrupts interrupts() {
        return new GuestInterrupts(program, vcpu);
    }

    /** Says what the guest is, unless another vCPU has. */
    void identify() {
        if (get(GUEST_OS_ID) == 0) {
            set(GUEST_OS_ID, OS_ID);
        }
    }

    /** Makes the pages visible and the controller run, its source still masked. */
    void open(int pageRegister) {
        set(VECTORS, setup.handler());
        set(ASSIST, assist() | 1);
        set(pageRegister, page() | 1);
        set(SYNIC_CONTROL, 1);
    }

    void unmask(int intid) {
        set(FIRST_SOURCE + SOURCE, intid);
    }

    /** The reverse of {@link #open}. */
    void close(int pageRegister) {
        set(FIRST_SOURCE + SOURCE, MASKED);
        set(SYNIC_CONTROL, 0);
        set(pageRegister, 0);
        set(ASSIST, 0);
    }

    long word(long address) {
        return program.load(address, AccessWidth.WORD);
    }

    void word(long address, long value) {
        program.store(address, AccessWidth.WORD, value);
    }
}
