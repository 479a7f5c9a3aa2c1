/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.wrong;

import io.faultline.hwmodel.wrong.HardwareKnowsPageFaults;

public final class VmmUsesTheModel {
    HardwareKnowsPageFaults model = new HardwareKnowsPageFaults();
}
