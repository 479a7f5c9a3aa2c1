/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** The reference VMM: it loads guests, owns devices and supplies pages. */
@NullMarked
module io.faultline.vmm {
    requires transitive io.faultline.api;
    requires net.fornwall.jelf;
    requires static org.jspecify;
}
