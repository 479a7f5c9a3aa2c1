/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.wrong;

import io.faultline.vmm.wrong.MachineDescription;

public final class BackendUsesTheVmm {
    MachineDescription description = new MachineDescription();
}
