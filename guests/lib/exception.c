/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "guest.h"

__attribute__((weak)) void exception(struct frame *frame, uint64_t source)
{
    fail("unexpected exception %lu at 0x%lx, ESR_EL1 0x%lx, FAR_EL1 0x%lx", source, frame->elr,
         read_register(esr_el1), read_register(far_el1));
}
