/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.wrong.second;

import io.faultline.vmm.wrong.first.First;

public final class Second {
    First first;
}
