/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import java.util.Locale;

/**
 * A function identifier of the SMC Calling Convention (DEN 0028, section 2.5), for people in hexadecimal: as a decimal
 * number every fast call would be negative.
 *
 * @param value the identifier as W0 carries it
 * @since 0.1
 */
public record SmcccFunctionId(int value) {
    /**
     * Writes the identifier as specifications do.
     *
     * @return eight hexadecimal digits, for example {@code 0xC4000020}
     */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "0x%08X", value);
    }
}
