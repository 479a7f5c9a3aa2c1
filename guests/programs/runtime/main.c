/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "runtime.h"

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    translation_build();
    translation_on();
    program();
}
