/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/** A request is answered with an error. It is a result that takes the shortest way out, so it has no stack trace. */
final class StoreRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final StoreError error;

    StoreRefusal(StoreError error) {
        super(error.name(), null, false, false);
        this.error = error;
    }

    StoreError error() {
        return error;
    }
}
