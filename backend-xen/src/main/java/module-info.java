/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.backend.xen.XenBackendProvider;
import org.jspecify.annotations.NullMarked;

/** A backend in the style of Xen: hypercalls and event channels. */
@NullMarked
module io.faultline.backend.xen {
    requires io.faultline.api;
    requires io.faultline.hwmodel;
    requires io.faultline.backend.core;
    requires com.google.guice;
    requires jakarta.inject;
    // Guice is an automatic module and cannot say itself that it needs Guava.
    requires com.google.common;
    requires static org.jspecify;

    provides HypervisorBackendProvider with
            XenBackendProvider;

    // Guice makes the objects of these packages.
    opens io.faultline.backend.xen.host to
            com.google.guice;
    opens io.faultline.backend.xen.event to
            com.google.guice;
    opens io.faultline.backend.xen.event.abi to
            com.google.guice;
    opens io.faultline.backend.xen.event.port to
            com.google.guice;
    opens io.faultline.backend.xen.paging to
            com.google.guice;
    opens io.faultline.backend.xen.vcpu to
            com.google.guice;
}
