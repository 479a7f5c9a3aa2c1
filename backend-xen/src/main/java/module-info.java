/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** A backend in the style of Xen. It registers no provider yet. */
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
}
