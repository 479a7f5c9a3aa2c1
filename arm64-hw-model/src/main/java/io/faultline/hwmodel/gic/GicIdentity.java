/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

/** What the identification registers of all frames say. */
final class GicIdentity {
    /** Implementer Arm (JEP106 0x43B), as the interrupt controllers say that software knows. */
    static final int IIDR = 0x43B;
    /** Architecture revision 3. */
    static final int PIDR2 = 0x3B;
    /** Implemented priority bits are 7:3. */
    static final int PRIORITY_MASK = 0xF8;
    /** Shift from a priority to its bit in the active priorities registers. */
    static final int PRIORITY_SHIFT = 3;

    private GicIdentity() {}
}
