/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.memory.LittleEndian;
import jakarta.inject.Inject;

/**
 * Messages with the arm64 payload of memory intercepts (hyperv.md 6.3).
 *
 * <p>What an access in a call has not, an address that the guest has translated, is left out: there, the guest-physical address
 * is that of the page.
 *
 * @since 0.1
 */
public final class StandardInterceptMessages implements InterceptMessages {
    /** Offset of the payload in a message. */
    public static final int PAYLOAD = 16;
    /** Offset of the guest-physical address in a message. */
    public static final int GPA_AT = PAYLOAD + 48;

    /** Identifier of the guest's partition, which is where the message comes from. */
    private static final long PARTITION = 2;

    private static final int TYPE_AT = 0;
    private static final int SIZE_AT = 4;
    private static final int ORIGINATION_AT = 8;
    private static final int VCPU_AT = PAYLOAD;
    private static final int INSTRUCTION_LENGTH_AT = PAYLOAD + 4;
    private static final int ACCESS_AT = PAYLOAD + 5;
    private static final int EXECUTION_STATE_AT = PAYLOAD + 6;
    private static final int PC_AT = PAYLOAD + 8;
    private static final int CPSR_AT = PAYLOAD + 16;
    private static final int CACHE_TYPE_AT = PAYLOAD + 24;
    private static final int BYTE_COUNT_AT = PAYLOAD + 28;
    private static final int INFO_AT = PAYLOAD + 29;
    private static final int BYTES_AT = PAYLOAD + 32;
    private static final int GVA_AT = PAYLOAD + 40;
    private static final int SYNDROME_AT = PAYLOAD + 56;
    private static final int SIZE = 64;

    private static final int INSTRUCTION_BYTES = 4;
    private static final int DEBUG_ACTIVE = 1 << 2;
    private static final int INTERRUPTION_PENDING = 1 << 3;
    /** MDSCR_EL1.SS and MDE: the guest has turned on some debug exceptions. */
    private static final long DEBUGGING = 1 | 1 << 15;
    /** Memory is cached with write-back. */
    private static final int WRITE_BACK = 6;

    private static final int GVA_VALID = 1;
    private static final int TRANSLATION_VALID = 1 << 1;
    private static final int OUTPUT_PENDING = 1 << 2;
    private static final int HVC = 0xD400_0002;
    private static final int HVC_IMMEDIATE = 5;

    /** Makes the messages. */
    @Inject
    public StandardInterceptMessages() {}

    @Override
    public void memory(
            VirtualProcessor vcpu, int type, AccessKind access, long page, boolean stage1Walk, byte[] message) {
        ProcessingElement pe = vcpu.pe();
        Syndrome syndrome = pe.trapSyndrome();
        boolean isCall = syndrome.classCode() == ExceptionClass.HVC64.code();
        boolean isWalk = stage1Walk && !isCall;
        boolean isTranslated = !isCall && !isWalk;
        LittleEndian.store(message, TYPE_AT, Integer.BYTES, type);
        LittleEndian.store(message, SIZE_AT, 1, SIZE);
        LittleEndian.store(message, ORIGINATION_AT, Long.BYTES, PARTITION);
        LittleEndian.store(message, VCPU_AT, Integer.BYTES, vcpu.index());
        LittleEndian.store(message, INSTRUCTION_LENGTH_AT, 1, INSTRUCTION_BYTES);
        LittleEndian.store(message, ACCESS_AT, 1, code(isWalk ? AccessKind.READ : access));
        LittleEndian.store(message, EXECUTION_STATE_AT, Short.BYTES, executionState(pe));
        LittleEndian.store(message, PC_AT, Long.BYTES, pe.returnAddress());
        LittleEndian.store(message, CPSR_AT, Long.BYTES, pe.returnState());
        LittleEndian.store(message, CACHE_TYPE_AT, Integer.BYTES, WRITE_BACK);
        instruction(pe, syndrome, isCall, message);
        LittleEndian.store(message, INFO_AT, 1, info(isCall, isTranslated, access));
        LittleEndian.store(message, GVA_AT, Long.BYTES, isCall ? 0 : pe.trapFaultAddress());
        long offset = isTranslated ? pe.trapFaultAddress() & PageSize.OFFSET_MASK : 0;
        LittleEndian.store(message, GPA_AT, Long.BYTES, page + offset);
        LittleEndian.store(message, SYNDROME_AT, Long.BYTES, syndrome.esr());
    }

    /** How a message names a kind of access. */
    static int code(AccessKind access) {
        return switch (access) {
            case READ -> 0;
            case WRITE -> 1;
            case EXECUTE -> 2;
        };
    }

    private static int executionState(ProcessingElement pe) {
        int level = new ProcessorState(pe.returnState()).level().number();
        boolean isDebugging = (pe.read(SystemRegister.MDSCR_EL1) & DEBUGGING) != 0;
        return level | (isDebugging ? DEBUG_ACTIVE : 0) | (pe.isInterruptPending() ? INTERRUPTION_PENDING : 0);
    }

    /** An instruction that could not be fetched has no bytes. */
    private static void instruction(ProcessingElement pe, Syndrome syndrome, boolean isCall, byte[] message) {
        if (syndrome.classCode() == ExceptionClass.INSTRUCTION_ABORT_LOWER.code()) {
            return;
        }
        int word = isCall ? HVC | syndrome.immediate() << HVC_IMMEDIATE : pe.trappedInstruction();
        LittleEndian.store(message, BYTE_COUNT_AT, 1, INSTRUCTION_BYTES);
        LittleEndian.store(message, BYTES_AT, INSTRUCTION_BYTES, word);
    }

    private static int info(boolean isCall, boolean isTranslated, AccessKind access) {
        return (isCall ? 0 : GVA_VALID)
                | (isTranslated ? TRANSLATION_VALID : 0)
                | (isCall && access == AccessKind.WRITE ? OUTPUT_PENDING : 0);
    }
}
