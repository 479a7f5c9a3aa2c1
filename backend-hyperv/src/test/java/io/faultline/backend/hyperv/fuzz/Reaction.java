/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

/**
 * What the VMM does while a guest's call reaches it.
 *
 * @param what which of the following
 * @param first of the values
 * @param second of the values
 * @param third of the values
 */
record Reaction(int what, long first, long second, long third) {
    /** Nothing; the guest is told the status of this number. */
    static final int ANSWER = 0;
    /** Stores a 32-bit word at an address, as another vCPU could do. */
    static final int STORE = 1;
    /** Posts to a port: port, type, length. */
    static final int POST = 2;
    /** Signals a port: port, flag. */
    static final int SIGNAL = 3;
    /** Closes a port. */
    static final int CLOSE_PORT = 4;
    /** Ends a connection. */
    static final int DISCONNECT = 5;
    /** Signals without a port: vCPU, source, flag. */
    static final int DIRECT = 6;

    static final int KINDS = 7;
}
