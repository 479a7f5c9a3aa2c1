/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Asynchronous page faults by an event channel of the guest (xen.md 7.7, async-page-fault.md 6.2, the interface is in
 * docs/abi/xen-async-page-fault.md). Xen has nothing of the kind: this is a design of Faultline.
 *
 * @since 0.1
 */
@NullMarked
package io.faultline.backend.xen.pagefault;

import org.jspecify.annotations.NullMarked;
