/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.LittleEndian;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.Arrays;

/**
 * The parameters of a call that a vCPU makes. The input is copied once, so that it does not change under those who look at it
 * (HV-030).
 *
 * @since 0.1
 */
public final class Call {
    private static final int NO_PAGE = -1;

    private final VirtualProcessor processor;
    private final GuestRam ram;
    private final Stage2 stage2;
    private final ForbiddenPages forbidden;
    private final byte[] input = new byte[PageSize.BYTES];
    private final byte[] output = new byte[PageSize.BYTES];

    private int element;
    private int inputAt;
    private int outputAt;
    private long missing;
    private AccessKind missingFor = AccessKind.READ;

    Call(Host host, VirtualProcessor processor, ForbiddenPages forbidden) {
        this.processor = processor;
        this.forbidden = forbidden;
        ram = host.ram();
        stage2 = host.stage2();
    }

    /**
     * Returns who makes the call.
     *
     * @return the vCPU, in the trap
     */
    public VirtualProcessor processor() {
        return processor;
    }

    /**
     * Returns who makes the call.
     *
     * @return index of the vCPU
     */
    public int vcpu() {
        return processor.index();
    }

    /**
     * Returns which element of the list is handled.
     *
     * @return 0 to the number of elements minus 1; 0 in a simple call
     */
    public int element() {
        return element;
    }

    /**
     * Returns where the element that is handled begins in the input.
     *
     * @return offset in bytes
     */
    public int elementAt() {
        return inputAt;
    }

    /**
     * Reads from the input.
     *
     * @param offset in bytes from the beginning of the input
     * @return the byte
     */
    public int u8(int offset) {
        return input[offset] & 0xFF;
    }

    /**
     * Reads from the input.
     *
     * @param offset in bytes from the beginning of the input
     * @return the halfword
     */
    public int u16(int offset) {
        return u8(offset) | u8(offset + 1) << Byte.SIZE;
    }

    /**
     * Reads from the input.
     *
     * @param offset in bytes from the beginning of the input
     * @return the word
     */
    public int u32(int offset) {
        return LittleEndian.load32(input, offset);
    }

    /**
     * Reads from the input.
     *
     * @param offset in bytes from the beginning of the input
     * @return the doubleword
     */
    public long u64(int offset) {
        return LittleEndian.load64(input, offset);
    }

    /**
     * Copies from the input.
     *
     * @param offset in bytes from the beginning of the input
     * @param target where to
     * @param at first index in the target
     * @param length number of bytes
     */
    public void read(int offset, byte[] target, int at, int length) {
        System.arraycopy(input, offset, target, at, length);
    }

    /**
     * Writes to the output, or to the element of the output list.
     *
     * @param offset in bytes from the beginning of the output or element
     * @param value the doubleword
     */
    public void put64(int offset, long value) {
        LittleEndian.store(output, outputAt + offset, Long.BYTES, value);
    }

    void begin() {
        element = 0;
        inputAt = 0;
        outputAt = 0;
        missing = NO_PAGE;
    }

    void element(int index, int at, int outAt) {
        element = index;
        inputAt = at;
        outputAt = outAt;
    }

    // Registers

    void inputFromRegisters(int first, int bytes) {
        for (int at = 0; at < bytes; at += Long.BYTES) {
            LittleEndian.store(input, at, Long.BYTES, processor.pe().x(first + at / Long.BYTES));
        }
    }

    /** Bytes that fill only a part of the last pair of registers leave zero in the rest of it. */
    void outputToRegisters(int first, int from, int to) {
        int end = Convention.wholePairs(to);
        Arrays.fill(output, to, end, (byte) 0);
        for (int at = from; at < end; at += Long.BYTES) {
            processor.pe().x(first + at / Long.BYTES, LittleEndian.load64(output, at));
        }
    }

    // Memory

    /** Where a block of one page is, or {@link Stage2#HOLE} if it is not there; {@link #isLacking()} tells whether it may come. */
    long find(long address, AccessKind access) {
        long physical = address >>> Long.SIZE - 16 != 0 ? Stage2.HOLE : stage2.physical(address);
        int needed = access == AccessKind.WRITE ? Stage2.WRITE : Stage2.READ;
        boolean isPermitted = (stage2.permissions(address) & needed) != 0;
        if (isPermitted && ram.isResident(physical)) {
            return physical;
        }
        if (ram.contains(physical) && (isPermitted || forbidden.isIntercepted(PageSize.pageOf(address)))) {
            missing = PageSize.pageOf(address);
            missingFor = access;
        }
        return Stage2.HOLE;
    }

    void inputFromMemory(long physical, int bytes) {
        ram.read(physical, input, 0, bytes);
    }

    void outputToMemory(long physical, int from, int bytes) {
        ram.write(physical + from, output, from, bytes);
    }

    boolean isLacking() {
        return missing != NO_PAGE;
    }

    /** Has the guest make the call again when the page has come; false if it is lost. */
    boolean retryWithPage() {
        return processor.retryWithPage(missing, missingFor);
    }
}
