/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.api.spi.HypervisorBackendProvider;
import org.jspecify.annotations.NullMarked;

/**
 * The contracts of Faultline and the vocabulary of ARM64. Depends on nothing but the JDK.
 *
 * <p>Where to begin: {@link io.faultline.api.spi.BackendRegistry} finds backends,
 * {@link io.faultline.api.spi.HypervisorBackend} plans machines, {@link io.faultline.api.machine.Machine} runs them, and
 * {@link io.faultline.api.pagefault.AsyncPageFaults} and
 * {@link io.faultline.api.notification.EventNotifications} are the two services that Faultline abstracts. An author of a
 * backend implements {@link io.faultline.api.spi.HypervisorBackendProvider}.
 *
 * @since 0.1
 */
@NullMarked
module io.faultline.api {
    requires static org.jspecify;

    exports io.faultline.api.arm64;
    exports io.faultline.api.capability;
    exports io.faultline.api.error;
    exports io.faultline.api.guest;
    exports io.faultline.api.intercept;
    exports io.faultline.api.machine;
    exports io.faultline.api.memory;
    exports io.faultline.api.notification;
    exports io.faultline.api.pagefault;
    exports io.faultline.api.paging;
    exports io.faultline.api.sdei;
    exports io.faultline.api.spi;
    exports io.faultline.api.state;
    exports io.faultline.api.synic;
    exports io.faultline.api.trace;

    uses HypervisorBackendProvider;
}
