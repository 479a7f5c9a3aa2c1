/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** The API. */
@NullMarked
module io.faultline.api {
    requires static org.jspecify;

    exports io.faultline.api.arm64;
    exports io.faultline.api.error;
    exports io.faultline.api.state;
    exports io.faultline.api.trace;
}
