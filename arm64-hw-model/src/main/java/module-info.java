/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** A deterministic model of an ARM64 machine that executes real A64 code. */
@NullMarked
module io.faultline.hwmodel {
    requires transitive io.faultline.api;
    requires static transitive org.jspecify;

    exports io.faultline.hwmodel.cpu;
    exports io.faultline.hwmodel.firmware;
    exports io.faultline.hwmodel.gic;
    exports io.faultline.hwmodel.memory;
    exports io.faultline.hwmodel.mmu;
    exports io.faultline.hwmodel.timer;
}
