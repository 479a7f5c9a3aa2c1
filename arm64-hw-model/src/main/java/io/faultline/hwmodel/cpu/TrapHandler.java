/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessKind;

/**
 * The software at EL2, in Java.
 *
 * <p>Except in {@link #attention}, a method is called with the PE at EL2: the exception was taken there by the one
 * exception-entry routine, so ESR_EL2, FAR_EL2, HPFAR_EL2, ELR_EL2 and SPSR_EL2 hold what hardware puts there, and
 * {@link ProcessingElement#pc()} and {@link ProcessingElement#pstate()} are those of the EL2 vector. Returning is an ERET
 * to ELR_EL2 and SPSR_EL2: a handler skips an instruction by advancing ELR_EL2 and redirects the guest by rewriting both.
 * Called by the thread that runs the PE. What a handler throws reaches the caller of
 * {@link ProcessingElement#run} or {@link ProcessingElement#step}, after the exception return was carried out.
 *
 * @since 0.1
 */
public interface TrapHandler {
    /**
     * HVC. ELR_EL2 is the next instruction, the immediate is in ESR_EL2.
     *
     * @param pe the PE
     */
    void hypervisorCall(ProcessingElement pe);

    /**
     * SMC trapped by HCR_EL2.TSC. ELR_EL2 is the SMC itself.
     *
     * @param pe the PE
     */
    void secureMonitorCall(ProcessingElement pe);

    /**
     * Instruction or data abort of EL0 or EL1 in stage 2. ELR_EL2 is the instruction, the full syndrome is in ESR_EL2.
     *
     * @param pe the PE
     * @param access kind of the access
     * @param ipa intermediate physical address of the access, bytes; ESR_EL2 says what is wrong with it
     * @param stage1Walk whether the access was made by a stage 1 table walk
     */
    void stage2Abort(ProcessingElement pe, AccessKind access, long ipa, boolean stage1Walk);

    /**
     * WFI trapped by HCR_EL2.TWI, or WFE by TWE, with nothing pending that would wake the PE. ELR_EL2 is the instruction.
     *
     * @param pe the PE
     */
    void waitForInterrupt(ProcessingElement pe);

    /**
     * MSR, MRS or a system instruction trapped to EL2; the ISS has the encoding. ELR_EL2 is the instruction.
     *
     * @param pe the PE
     */
    void systemRegister(ProcessingElement pe);

    /**
     * Called between two instructions of EL0 or EL1 after {@link ProcessingElement#requestAttention()}, before due
     * interrupts are taken. PC, registers and PSTATE are the guest's and may be changed.
     *
     * @param pe the PE
     * @return true if control was diverted; that is the whole step then
     */
    boolean attention(ProcessingElement pe);

    /**
     * The guest cannot go on. The handler is expected to record it and to request a stop.
     *
     * @param pe the PE
     * @param reason what happened, for people
     */
    void unrecoverable(ProcessingElement pe, String reason);
}
