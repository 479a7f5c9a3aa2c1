/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.backend.kvm.KvmBackendProvider;
import org.jspecify.annotations.NullMarked;

/** A backend in the style of KVM: SDEI events and PPIs. */
@NullMarked
module io.faultline.backend.kvm {
    requires io.faultline.api;
    requires io.faultline.hwmodel;
    requires io.faultline.backend.core;
    requires com.google.guice;
    requires jakarta.inject;
    // Guice is an automatic module and cannot say itself that it needs Guava.
    requires com.google.common;
    requires static org.jspecify;

    provides HypervisorBackendProvider with
            KvmBackendProvider;

    // Guice makes the objects of these packages.
    opens io.faultline.backend.kvm to
            com.google.guice;
    opens io.faultline.backend.kvm.pagefault to
            com.google.guice;
    opens io.faultline.backend.kvm.sdei to
            com.google.guice;
}
