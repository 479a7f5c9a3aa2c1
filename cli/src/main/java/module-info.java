/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** The {@code faultline} command. */
@NullMarked
module io.faultline.cli {
    requires io.faultline.api;
    requires io.faultline.conformance;
    requires io.faultline.vmm;
    requires info.picocli;
    requires com.google.gson;
    requires static org.jspecify;

    opens io.faultline.cli to
            info.picocli;
}
