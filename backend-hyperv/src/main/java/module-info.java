/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** A backend in the style of Hyper-V. It registers no provider yet. */
@NullMarked
module io.faultline.backend.hyperv {
    requires io.faultline.api;
    requires io.faultline.hwmodel;
    requires io.faultline.backend.core;
    requires static org.jspecify;
}
