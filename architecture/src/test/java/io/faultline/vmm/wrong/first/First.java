/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.wrong.first;

import io.faultline.vmm.wrong.second.Second;

public final class First {
    Second second;
}
