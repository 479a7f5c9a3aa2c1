/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

import io.faultline.api.machine.VcpuExit;
import java.util.Objects;

/**
 * What happened when the guest was to execute one instruction.
 *
 * @since 0.1
 */
public sealed interface GuestStep {
    /** The instruction was executed and the next one follows it in memory. */
    record Retired() implements GuestStep {}

    /**
     * Control went elsewhere: a branch, an exception, an interrupt, an event, or a call that does not return.
     *
     * @param pc address of the next instruction
     */
    record Diverted(long pc) implements GuestStep {}

    /**
     * The vCPU stopped and the instruction was not executed or needs the VMM.
     *
     * @param exit why
     */
    record Stopped(VcpuExit exit) implements GuestStep {
        /** Checks for null. */
        public Stopped {
            Objects.requireNonNull(exit, "exit");
        }
    }
}
