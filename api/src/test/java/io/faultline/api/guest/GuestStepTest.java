/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.machine.VcpuExit;
import org.junit.jupiter.api.Test;

class GuestStepTest {
    @Test
    void aStopSaysWhy() {
        assertEquals(new VcpuExit.Kicked(), new GuestStep.Stopped(new VcpuExit.Kicked()).exit());
        assertThrows(NullPointerException.class, () -> new VcpuExit.SystemEvent(null));
    }
}
