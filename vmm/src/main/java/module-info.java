/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/**
 * The reference VMM: it loads guests, owns devices and supplies pages.
 *
 * <p>Where to begin: {@link io.faultline.vmm.image.ImageFile} reads a guest, {@link io.faultline.vmm.GuestConfiguration}
 * says what machine it gets, and {@link io.faultline.vmm.VirtualMachine} builds and runs it on any backend.
 */
@NullMarked
module io.faultline.vmm {
    requires transitive io.faultline.api;
    requires net.fornwall.jelf;
    requires static org.jspecify;

    exports io.faultline.vmm;
    exports io.faultline.vmm.acpi;
    exports io.faultline.vmm.device;
    exports io.faultline.vmm.image;
    exports io.faultline.vmm.migration;
    exports io.faultline.vmm.paging;
    exports io.faultline.vmm.trace;
    exports io.faultline.vmm.tree;
    exports io.faultline.vmm.vmbus;
}
