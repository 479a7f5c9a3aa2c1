/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * A port on which a guest receives messages.
 *
 * @since 0.1
 */
public interface MessagePort extends SynicPort {
    /**
     * Posts a message from the VMM. It waits in a buffer of the port while its slot is busy, or the controller or the page of
     * the target is off (hyperv.md D9).
     *
     * @param type message type, 1 to 0x7FFFFFFF
     * @param payload at most {@link SyntheticInterrupts#PAYLOAD_BYTES} bytes; copied
     * @return SUCCESS; INSUFFICIENT_BUFFERS if every buffer is in use, INVALID_PORT_ID if the port is closed,
     *     INVALID_VP_INDEX if it names any vCPU and none can take the message; nothing has changed then
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if type or length is out of range
     */
    SynicStatus post(int type, byte[] payload);

    /**
     * Returns how many messages wait in buffers of this port.
     *
     * @return 0 to {@link SyntheticInterrupts#BUFFERS}
     */
    int waiting();
}
