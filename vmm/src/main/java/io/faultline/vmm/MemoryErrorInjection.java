/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * A memory error that happens while a guest runs.
 *
 * @param address guest-physical address; empty for a page that the VMM chooses, in which it has put nothing
 * @param afterInstructions how many instructions of all vCPUs come before; empty for as soon as the guest can notice: it
 *     has enabled the event by which it is told, or, for an abort, from its first instruction on
 * @param notice how the guest notices
 * @since 0.1
 */
public record MemoryErrorInjection(OptionalLong address, OptionalLong afterInstructions, Notice notice) {
    /** How a guest notices a memory error. */
    public enum Notice {
        /**
         * Firmware tells: an error record and an SDEI event say that the page is bad before anything uses it. The content of
         * the page stays as it is.
         */
        SDEI,
        /** The guest runs into it: the page is lost, and an access to it is a synchronous external abort. */
        ABORT
    }

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if the number of instructions is negative
     */
    public MemoryErrorInjection {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(notice, "notice");
        if (afterInstructions.orElse(0) < 0) {
            throw new IllegalArgumentException(afterInstructions.getAsLong() + " instructions are less than none");
        }
    }

    /** Names the error for people. */
    String where() {
        return "memory error at "
                + (address.isPresent() ? "0x" + Long.toHexString(address.getAsLong()) : "a page of the VMM's choice");
    }
}
