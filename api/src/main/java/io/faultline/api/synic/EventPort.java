/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * A port on which a guest receives event flags.
 *
 * @since 0.1
 */
public interface EventPort extends SynicPort {
    /**
     * Signals from the VMM.
     *
     * @param flag number of the flag, counted from the first of the port
     * @return SUCCESS, also if the flag was set before; INVALID_PARAMETER if the port does not have the flag,
     *     INVALID_PORT_ID if it is closed, INVALID_SYNIC_STATE if the controller or the page of the target is off or the
     *     source is masked, INVALID_VP_INDEX if the port names any vCPU and none can take the signal
     */
    SynicStatus signal(int flag);
}
