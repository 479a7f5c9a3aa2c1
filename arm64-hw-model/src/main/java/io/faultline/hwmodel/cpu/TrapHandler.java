/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessKind;

/**
 * The software above the guest, in Java: at EL2, or at EL3 if the guest has EL2.
 *
 * <p>Except in {@link #attention}, a method is called with the PE at that level: the exception was taken there by the one
 * exception-entry routine, so ESR, FAR, ELR and SPSR of the level (and HPFAR_EL2) hold what hardware puts there, and
 * {@link ProcessingElement#pc()} and {@link ProcessingElement#pstate()} are those of the vector. Returning is an ERET to
 * {@link ProcessingElement#returnAddress()} and {@link ProcessingElement#returnState()}: a handler skips an instruction by
 * advancing the one and redirects the guest by rewriting both. ELR below is that return address.
 * Called by the thread that runs the PE. What a handler throws reaches the caller of
 * {@link ProcessingElement#run} or {@link ProcessingElement#step}, after the exception return was carried out.
 *
 * @since 0.1
 */
public interface TrapHandler {
    /**
     * HVC of a guest that does not have EL2. ELR is the next instruction, the immediate is in ESR.
     *
     * @param pe the PE
     */
    void hypervisorCall(ProcessingElement pe);

    /**
     * SMC. ELR is the SMC itself if it was trapped by HCR_EL2.TSC, and the next instruction if it was taken to EL3.
     *
     * @param pe the PE
     */
    void secureMonitorCall(ProcessingElement pe);

    /**
     * Instruction or data abort in the translation that the software above the guest is in charge of: stage 2, or what
     * checks physical addresses below EL3. ELR is the instruction, the full syndrome is in ESR.
     *
     * @param pe the PE
     * @param access kind of the access
     * @param ipa intermediate physical address of the access, bytes; ESR says what is wrong with it
     * @param stage1Walk whether the access was made by a table walk of the guest
     */
    void stage2Abort(ProcessingElement pe, AccessKind access, long ipa, boolean stage1Walk);

    /**
     * WFI trapped by HCR_EL2.TWI or SCR_EL3.TWI, or WFE by TWE, with nothing pending that would wake the PE. ELR is the
     * instruction.
     *
     * @param pe the PE
     */
    void waitForInterrupt(ProcessingElement pe);

    /**
     * MSR, MRS or a system instruction of a guest without EL2 that EL2 traps; the ISS has the encoding. ELR is the
     * instruction.
     *
     * @param pe the PE
     */
    void systemRegister(ProcessingElement pe);

    /**
     * Called between two instructions of the guest after {@link ProcessingElement#requestAttention()}, before due
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
