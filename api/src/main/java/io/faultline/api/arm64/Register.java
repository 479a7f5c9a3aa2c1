/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * A register of a vCPU that the VMM can read and write.
 *
 * @since 0.1
 */
public sealed interface Register permits CoreRegister, SystemRegister {
    /**
     * Returns the name as the assembler writes it.
     *
     * @return for example {@code X0} or {@code ELR_EL1}
     */
    String name();
}
