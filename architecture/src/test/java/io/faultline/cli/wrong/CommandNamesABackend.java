/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wrong;

import io.faultline.backend.kvm.wrong.BackendUsesTheVmm;

public final class CommandNamesABackend {
    BackendUsesTheVmm backend = new BackendUsesTheVmm();
}
