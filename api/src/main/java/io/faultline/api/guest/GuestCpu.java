/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;

/**
 * A vCPU as a guest program uses it: one call executes one instruction.
 *
 * <p>The instruction is placed where the vCPU is about to fetch and executed there, at the exception level the guest is
 * in. An event or interrupt that is due is taken first: then the instruction has not been executed and the result is
 * {@link GuestStep.Diverted}. Not thread-safe.
 *
 * @since 0.1
 */
public interface GuestCpu {
    /**
     * Returns the index of the vCPU.
     *
     * @return 0 to the number of vCPUs minus 1
     */
    int index();

    /**
     * Reads a register without executing anything.
     *
     * @param register the register
     * @return its value
     */
    long read(Register register);

    /**
     * Sets a register without executing anything, as the instructions before would have done.
     *
     * @param register the register
     * @param value the value
     */
    void write(Register register, long value);

    /**
     * Returns the address of the next instruction.
     *
     * @return PC
     */
    long pc();

    /**
     * Returns the processor state.
     *
     * @return PSTATE
     */
    ProcessorState pstate();

    /**
     * Executes {@code HVC #immediate}.
     *
     * @param immediate 0 to 65535
     * @return what happened
     */
    GuestStep hypervisorCall(int immediate);

    /**
     * Executes {@code SMC #immediate}.
     *
     * @param immediate 0 to 65535
     * @return what happened
     */
    GuestStep secureMonitorCall(int immediate);

    /**
     * Executes {@code SVC #immediate}.
     *
     * @param immediate 0 to 65535
     * @return what happened
     */
    GuestStep supervisorCall(int immediate);

    /**
     * Executes a load of {@code Xt} or {@code Wt} from {@code [Xn]}.
     *
     * @param width size
     * @param target t, 0 to 30
     * @param base n, 0 to 30
     * @return what happened
     */
    GuestStep load(AccessWidth width, int target, int base);

    /**
     * Executes a store of {@code Xt} or {@code Wt} to {@code [Xn]}.
     *
     * @param width size
     * @param source t, 0 to 30
     * @param base n, 0 to 30
     * @return what happened
     */
    GuestStep store(AccessWidth width, int source, int base);

    /**
     * Executes {@code MRS Xt, register}.
     *
     * @param target t, 0 to 30
     * @param register the register
     * @return what happened
     */
    GuestStep readSystemRegister(int target, SystemRegister register);

    /**
     * Executes {@code MSR register, Xt}.
     *
     * @param register the register
     * @param source t, 0 to 30
     * @return what happened
     */
    GuestStep writeSystemRegister(SystemRegister register, int source);

    /**
     * Executes {@code WFI}.
     *
     * @return what happened
     */
    GuestStep waitForInterrupt();

    /**
     * Executes {@code BR Xn}.
     *
     * @param target n, 0 to 30
     * @return what happened
     */
    GuestStep branch(int target);

    /**
     * Executes {@code ERET}.
     *
     * @return what happened
     */
    GuestStep exceptionReturn();

    /**
     * Executes {@code NOP}: gives an event or interrupt that is due the chance to be taken.
     *
     * @return what happened
     */
    GuestStep noOperation();

    /**
     * Executes the instruction that is in memory at PC, whatever it is.
     *
     * @return what happened
     */
    GuestStep resume();
}
