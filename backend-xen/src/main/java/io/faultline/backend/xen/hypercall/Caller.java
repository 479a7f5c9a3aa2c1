/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.backend.core.machine.VirtualProcessor;

/**
 * A vCPU in a hypercall: its arguments and its view of memory (xen.md 1.1, 1.4, 1.5).
 *
 * <p>Each vCPU has one, which is used again for each call. Used by the thread that drives the machine.
 */
public interface Caller extends GuestCopy {
    /**
     * Returns the vCPU.
     *
     * @return the vCPU that executed the instruction
     */
    VirtualProcessor processor();

    /**
     * Returns the index of the vCPU.
     *
     * @return 0 to the number of vCPUs minus 1
     */
    default int vcpu() {
        return processor().index();
    }

    /**
     * Returns an argument.
     *
     * @param index 0 to 4
     * @return the register, or the field of a multicall entry
     */
    long argument(int index);

    /**
     * Returns an argument that is declared with 32 bits: the upper half of the register does not count (XEN-018).
     *
     * @param index 0 to 4
     * @return its low half
     */
    default int word(int index) {
        return (int) argument(index);
    }

    /**
     * Replaces an argument, for a call that is to be continued.
     *
     * @param index 0 to 4
     * @param value what the guest finds there, too, if it is interrupted in between
     */
    void argument(int index, long value);

    /**
     * Returns the buffer for the structure of this call.
     *
     * @return the buffer of this vCPU, with whatever the last call left in it
     */
    Struct struct();

    /**
     * Copies a structure from the guest into {@link #struct()}.
     *
     * @param address virtual address
     * @param length number of bytes, at most {@link Struct#MOST_BYTES}
     * @return false as for {@link #read}
     */
    default boolean readStruct(long address, int length) {
        return read(address, struct().bytes(), 0, length);
    }

    /**
     * Copies {@link #struct()} to the guest.
     *
     * @param address virtual address
     * @param length number of bytes, at most {@link Struct#MOST_BYTES}
     * @return false as for {@link #write}
     */
    default boolean writeStruct(long address, int length) {
        return write(address, struct().bytes(), 0, length);
    }

    /**
     * Tells whether a copy of this call failed only because a page is not resident. The call is then made again when the
     * page has come, whatever it returns, with the arguments as they are: what has been done already must not be among
     * what they ask for.
     *
     * @return true if the call will be made again
     */
    default boolean lacksPage() {
        return false;
    }

    /**
     * Counts work of a long call.
     *
     * @return true if the vCPU has worked long enough: what is left is put into the arguments, and the call ends with
     *     {@link #continueLater()}
     */
    boolean hasWorkedEnough();

    /**
     * Has the guest execute the call again with the present arguments, after it took what interrupts are due (XEN-012).
     *
     * @return 0, for convenience; the guest does not see it
     */
    long continueLater();
}
