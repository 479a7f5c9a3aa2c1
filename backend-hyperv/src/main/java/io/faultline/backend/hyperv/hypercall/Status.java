/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * Results of hypercalls (hyperv.md 1.6).
 *
 * @since 0.1
 */
public final class Status {
    /** It was done. */
    public static final int SUCCESS = 0x0;
    /** There is no such call, or not before the guest has named itself. */
    public static final int INVALID_HYPERCALL_CODE = 0x2;
    /** The control word, or the form of the parameters, is wrong. */
    public static final int INVALID_HYPERCALL_INPUT = 0x3;
    /** A block of parameters is not aligned, or crosses a page. */
    public static final int INVALID_ALIGNMENT = 0x4;
    /** A parameter has no meaning. */
    public static final int INVALID_PARAMETER = 0x5;
    /** The partition may not do that. */
    public static final int ACCESS_DENIED = 0x6;
    /** The operation does not fit the present state. */
    public static final int OPERATION_DENIED = 0x8;
    /** There is not enough memory. */
    public static final int INSUFFICIENT_MEMORY = 0xB;
    /** There is no such partition. */
    public static final int INVALID_PARTITION_ID = 0xD;
    /** There is no such virtual processor. */
    public static final int INVALID_VP_INDEX = 0xE;
    /** There is nothing of the kind. */
    public static final int NOT_FOUND = 0x10;
    /** There is no such port, or it is of another kind. */
    public static final int INVALID_PORT_ID = 0x11;
    /** There is no such connection. */
    public static final int INVALID_CONNECTION_ID = 0x12;
    /** Every message buffer of the port is in use. */
    public static final int INSUFFICIENT_BUFFERS = 0x13;
    /** The controller or the page of the target is off, or its source is masked. */
    public static final int INVALID_SYNIC_STATE = 0x18;
    /** The object is in use. */
    public static final int OBJECT_IN_USE = 0x19;
    /** A register cannot have this value. */
    public static final int INVALID_REGISTER_VALUE = 0x50;
    /** There is no such virtual trust level. */
    public static final int INVALID_VTL_STATE = 0x51;
    /** There is no such register. */
    public static final int UNKNOWN_REGISTER_NAME = 0x87;

    private Status() {}
}
