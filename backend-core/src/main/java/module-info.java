/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** What every hypervisor backend shares: the run loop, the stage-2 fault path and the asynchronous-page-fault engine. */
@NullMarked
module io.faultline.backend.core {
    requires transitive io.faultline.api;
    requires transitive io.faultline.hwmodel;
    requires static org.jspecify;

    exports io.faultline.backend.core.frame;
    exports io.faultline.backend.core.guest;
    exports io.faultline.backend.core.machine;
    exports io.faultline.backend.core.pagefault;
}
