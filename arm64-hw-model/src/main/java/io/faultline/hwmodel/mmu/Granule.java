/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

/** Sizes that follow from a translation granule (Arm ARM, D8.2). */
enum Granule {
    KIB4(12, 1),
    KIB16(14, 2),
    KIB64(16, 2);

    private final int shift;
    private final int firstBlockLevel;

    Granule(int shift, int firstBlockLevel) {
        this.shift = shift;
        this.firstBlockLevel = firstBlockLevel;
    }

    /** Size of a page: 2 to the power of this. */
    int shift() {
        return shift;
    }

    /** Address bits that one level resolves. */
    int stride() {
        return shift - 3;
    }

    /** Size of what a descriptor of a level maps: 2 to the power of this. */
    int shiftAt(int level) {
        return shift + (3 - level) * stride();
    }

    /** Whether descriptors of a level can map a block. */
    boolean hasBlocksAt(int level) {
        return level >= firstBlockLevel && level < 3;
    }

    /** The level at which a walk of stage 1 begins. */
    int startLevel(int inputBits) {
        return 4 - (inputBits - shift + stride() - 1) / stride();
    }

    /** Field TG0, of stage 1 and stage 2. The reserved value means 4 KiB. */
    static Granule ofTg0(int field) {
        return switch (field) {
            case 1 -> KIB64;
            case 2 -> KIB16;
            default -> KIB4;
        };
    }

    /** Field TG1. The reserved value means 4 KiB. */
    static Granule ofTg1(int field) {
        return switch (field) {
            case 1 -> KIB16;
            case 3 -> KIB64;
            default -> KIB4;
        };
    }
}
