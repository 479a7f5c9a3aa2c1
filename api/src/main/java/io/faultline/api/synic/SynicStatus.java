/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * What became of a message or signal, in the words of the TLFS (hyperv.md 1.6).
 *
 * @since 0.1
 */
public enum SynicStatus {
    /** It was accepted: a message is in its slot or waits for it, a flag is set. */
    SUCCESS(0x0),
    /** A parameter has no meaning, for example a flag that the port does not have. */
    INVALID_PARAMETER(0x5),
    /** There is not enough memory; a guest may try again. */
    INSUFFICIENT_MEMORY(0xB),
    /** There is no virtual processor that could take it. */
    INVALID_VP_INDEX(0xE),
    /** There is no such port, or it is of the other kind. */
    INVALID_PORT_ID(0x11),
    /** There is no such connection. */
    INVALID_CONNECTION_ID(0x12),
    /** Every message buffer of the port is in use; a guest may try again. */
    INSUFFICIENT_BUFFERS(0x13),
    /** The synthetic interrupt controller or the page of the target is off, or the source is masked. */
    INVALID_SYNIC_STATE(0x18),
    /** The receiver did not take it in time. */
    TIMEOUT(0x78);

    private final int code;

    SynicStatus(int code) {
        this.code = code;
    }

    /**
     * Returns the number that a guest sees.
     *
     * @return 0 to 0xFFFF
     */
    public int code() {
        return code;
    }
}
