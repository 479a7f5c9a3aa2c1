/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A small VMBus server: what a guest of Hyper-V finds on the other side of its synthetic interrupt controllers (hyperv.md 7.4,
 * 7.5). Start at {@link io.faultline.vmm.vmbus.VmbusServer}.
 */
@NullMarked
package io.faultline.vmm.vmbus;

import org.jspecify.annotations.NullMarked;
