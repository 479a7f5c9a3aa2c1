/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The host's ends of a guest's console.
 *
 * @param output takes what the guest sends
 * @param input supplies what the guest receives; only bytes that are available without waiting are read
 * @since 0.1
 */
public record GuestConsole(OutputStream output, InputStream input) {
    /** Checks for null. */
    public GuestConsole {
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(input, "input");
    }
}
