/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mix: CRC-32 bit by bit.
 */
#include "../programs/runtime/runtime.h"

static uint8_t message[65536];

void program(void)
{
    for (uint32_t i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)(i * i >> 3);
    }
    uint32_t crc = ~0u;
    for (int round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < sizeof(message); i++) {
            crc ^= message[i];
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
            }
        }
    }
    print("crc 0x%lx\n", (uint64_t)~crc);
}
