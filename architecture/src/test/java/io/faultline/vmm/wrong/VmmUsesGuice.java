/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.wrong;

import com.google.inject.Injector;

public interface VmmUsesGuice {
    Injector injector();
}
