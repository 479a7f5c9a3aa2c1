/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.wrong;

import io.faultline.api.pagefault.FaultPhase;

public final class HardwareKnowsPageFaults {
    FaultPhase phase() {
        return FaultPhase.values()[0];
    }
}
