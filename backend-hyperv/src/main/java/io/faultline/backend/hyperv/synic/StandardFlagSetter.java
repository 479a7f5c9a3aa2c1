/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;
import jakarta.inject.Inject;

/**
 * Flags by hyperv.md 3.7: 256 bytes for each source, flag f in bit f%8 of byte f/8. A flag that is set is no edge (HV-096).
 *
 * @since 0.1
 */
public final class StandardFlagSetter implements FlagSetter {
    private static final int SOURCE_BYTES = 256;

    /** Makes the setter. */
    @Inject
    public StandardFlagSetter() {}

    /** Offset of the doubleword in which a flag is. */
    static int at(int source, int flag) {
        return source * SOURCE_BYTES + flag / Long.SIZE * Long.BYTES;
    }

    @Override
    public boolean set(Frame page, int source, int flag) {
        return !page.testAndSet64(at(source, flag), 1L << flag);
    }
}
