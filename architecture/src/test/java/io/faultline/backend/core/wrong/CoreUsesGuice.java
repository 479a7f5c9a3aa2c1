/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.wrong;

import jakarta.inject.Inject;

public final class CoreUsesGuice {
    @Inject
    public CoreUsesGuice() {}
}
