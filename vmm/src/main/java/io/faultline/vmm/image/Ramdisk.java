/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import java.util.Objects;

/**
 * An initial ramdisk, handed to the guest as it is.
 *
 * @param name the file it comes from, for messages
 * @param content its bytes; not copied, must not change
 * @since 0.1
 */
public record Ramdisk(String name, byte[] content) {
    /**
     * Checks that there is something.
     *
     * @throws io.faultline.api.error.HypervisorException with INVALID_IMAGE if it is empty
     */
    public Ramdisk {
        Objects.requireNonNull(name, "name");
        if (content.length == 0) {
            throw ImageProblem.of(name, "the initial ramdisk is empty", "name another file");
        }
    }
}
