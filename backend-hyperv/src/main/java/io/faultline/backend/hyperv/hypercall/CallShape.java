/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

import java.util.Objects;

/**
 * What the parameters of a call look like.
 *
 * @param name name of the call in the TLFS
 * @param code call code
 * @param privilege bit of the partition's privileges that the call needs, or {@link #NO_PRIVILEGE}
 * @param isList whether the call is repeated for each element of a list
 * @param input bytes of the input, without the elements of a list
 * @param element bytes of an element of the input list, 0 for a simple call
 * @param output bytes of the output of a simple call, or of an element of the output list
 * @param inMemory whether the parameters cannot be passed in registers
 * @param always whether it can be called before the guest has named itself
 * @since 0.1
 */
public record CallShape(
        String name,
        int code,
        int privilege,
        boolean isList,
        int input,
        int element,
        int output,
        boolean inMemory,
        boolean always) {
    /** No privilege is needed. */
    public static final int NO_PRIVILEGE = -1;

    /** Checks for null. */
    public CallShape {
        Objects.requireNonNull(name, "name");
    }

    /**
     * Makes the shape of a call that is not repeated.
     *
     * @param name name of the call in the TLFS
     * @param code call code
     * @param privilege bit of the partition's privileges that the call needs, or {@link #NO_PRIVILEGE}
     * @param input bytes of the input
     * @param output bytes of the output
     * @return the shape
     */
    public static CallShape simple(String name, int code, int privilege, int input, int output) {
        return new CallShape(name, code, privilege, false, input, 0, output, false, false);
    }

    /**
     * Makes the shape of a call that is repeated for each element of a list.
     *
     * @param name name of the call in the TLFS
     * @param code call code
     * @param privilege bit of the partition's privileges that the call needs, or {@link #NO_PRIVILEGE}
     * @param header bytes before the first element of the input, a multiple of 8
     * @param element bytes of an element of the input
     * @param output bytes of an element of the output
     * @return the shape
     */
    public static CallShape list(String name, int code, int privilege, int header, int element, int output) {
        return new CallShape(name, code, privilege, true, header, element, output, false, false);
    }

    /**
     * Makes the shape of the same call that can be made before the guest has named itself.
     *
     * @return the shape
     */
    public CallShape whenever() {
        return new CallShape(name, code, privilege, isList, input, element, output, inMemory, true);
    }

    /**
     * Makes the shape of the same call that takes its parameters from memory only.
     *
     * @return the shape
     */
    public CallShape fromMemory() {
        return new CallShape(name, code, privilege, isList, input, element, output, true, always);
    }

    int inputBytes(int count) {
        return input + element * count;
    }

    int outputBytes(int count) {
        return isList ? output * count : output;
    }
}
