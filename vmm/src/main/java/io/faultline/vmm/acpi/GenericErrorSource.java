/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

/**
 * A Generic Hardware Error Source: where the VMM writes about an error, and the SDEI event that tells the guest to read it.
 *
 * <p>Its memory begins with a pointer to the error status block, as ACPI wants it, and the register in which the guest
 * acknowledges that it has read the block.
 *
 * @param event number of the SDEI event, at least 1: 0 is for signals between processors
 * @param base first address of its memory, a multiple of 4096
 * @since 0.1
 */
public record GenericErrorSource(int event, long base) {
    /** Length of its memory: it can be mapped alone also by a kernel with pages of 64 KiB. */
    public static final long BYTES = 0x1_0000;

    /** Value of the acknowledge register once the guest has read the block; the VMM sets it to 0. */
    public static final long ACKNOWLEDGED = 1;

    /** Room for one error status block. */
    static final int STATUS_BLOCK_BYTES = 0x1000;

    private static final int READ_ACK = 8;
    private static final int STATUS_BLOCK = 0x1000;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the event is less than 1, or the address is not that of a page
     */
    public GenericErrorSource {
        if (event < 1) {
            throw new IllegalArgumentException("SDEI event " + event + " cannot be that of an error source");
        }
        if (base < 0 || base % 0x1000 != 0) {
            throw new IllegalArgumentException("0x" + Long.toHexString(base) + " is not the address of a page");
        }
    }

    /**
     * Returns where the pointer to the error status block is.
     *
     * @return address of eight bytes
     */
    public long statusAddress() {
        return base;
    }

    /**
     * Returns where the guest acknowledges.
     *
     * @return address of eight bytes
     */
    public long readAck() {
        return base + READ_ACK;
    }

    /**
     * Returns where an error status block goes.
     *
     * @return its address
     */
    public long statusBlock() {
        return base + STATUS_BLOCK;
    }

    /**
     * Makes the content that the memory has before the first error: no error, and nothing that waits to be acknowledged.
     *
     * @return the bytes from the base on; everything after them is zero
     */
    public byte[] initial() {
        return new Structure(16)
                .set(new Field(0, 8), statusBlock())
                .set(new Field(READ_ACK, 8), ACKNOWLEDGED)
                .bytes();
    }
}
