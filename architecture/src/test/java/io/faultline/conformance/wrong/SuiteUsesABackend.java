/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.wrong;

import io.faultline.backend.kvm.wrong.BackendUsesTheVmm;

public final class SuiteUsesABackend {
    BackendUsesTheVmm backend = new BackendUsesTheVmm();
}
