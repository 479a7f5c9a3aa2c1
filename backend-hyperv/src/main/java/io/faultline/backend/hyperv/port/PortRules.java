/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

/**
 * What may be sent, and what becomes of it (hyperv.md 4.3, 4.4).
 *
 * @since 0.1
 */
public interface PortRules {
    /**
     * Tells whether a guest can post a message.
     *
     * @param type message type, any value
     * @param size bytes of the payload, any value
     * @return false if that fails with status 5
     */
    boolean isMessage(int type, int size);

    /**
     * Finds the flag that a signal sets.
     *
     * @param first first flag of the port
     * @param count flags of the port
     * @param relative number of the signal, 0 to 65535
     * @return 0 to 2047; less than 0 if the port does not have the flag
     */
    int flag(int first, int count, int relative);

    /**
     * Returns where a message says that it comes from.
     *
     * @param port identifier of the port that receives it
     * @return origination
     */
    long origination(int port);
}
