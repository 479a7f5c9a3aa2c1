/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.backend.hyperv.HypervBackendProvider;
import org.jspecify.annotations.NullMarked;

/** A backend in the style of Hyper-V: hypercalls and the synthetic interrupt controller. */
@NullMarked
module io.faultline.backend.hyperv {
    requires io.faultline.api;
    requires io.faultline.hwmodel;
    requires io.faultline.backend.core;
    requires com.google.guice;
    requires jakarta.inject;
    // Guice is an automatic module and cannot say itself that it needs Guava.
    requires com.google.common;
    requires static org.jspecify;

    provides HypervisorBackendProvider with
            HypervBackendProvider;

    // Guice makes the objects of these packages.
    opens io.faultline.backend.hyperv.feature to
            com.google.guice;
    opens io.faultline.backend.hyperv.intercept to
            com.google.guice;
    opens io.faultline.backend.hyperv.overlay to
            com.google.guice;
    opens io.faultline.backend.hyperv.pagefault to
            com.google.guice;
    opens io.faultline.backend.hyperv.partition to
            com.google.guice;
    opens io.faultline.backend.hyperv.port to
            com.google.guice;
    opens io.faultline.backend.hyperv.synic to
            com.google.guice;
    opens io.faultline.backend.hyperv.timer to
            com.google.guice;
}
