/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.wrong;

import com.google.common.collect.ImmutableList;

public final class BackendUsesGuava {
    ImmutableList<String> names() {
        return ImmutableList.of();
    }
}
