/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.wrong;

import io.faultline.backend.kvm.wrong.BackendUsesTheVmm;

public final class XenUsesKvm {
    BackendUsesTheVmm other = new BackendUsesTheVmm();
}
