/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SynicStatusTest {
    /** The numbers of the TLFS, which guests compare with. */
    @ParameterizedTest
    @CsvSource({
        "SUCCESS, 0",
        "INVALID_PARAMETER, 5",
        "INSUFFICIENT_MEMORY, 0xB",
        "INVALID_VP_INDEX, 0xE",
        "INVALID_PORT_ID, 0x11",
        "INVALID_CONNECTION_ID, 0x12",
        "INSUFFICIENT_BUFFERS, 0x13",
        "INVALID_SYNIC_STATE, 0x18",
        "TIMEOUT, 0x78"
    })
    void theCodeIsWhatAGuestSees(SynicStatus status, String code) {
        assertEquals(Integer.decode(code), status.code());
    }
}
