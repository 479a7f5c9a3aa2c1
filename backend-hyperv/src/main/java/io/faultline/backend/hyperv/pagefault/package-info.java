/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Asynchronous page faults by an exception of the hypervisor's own and the synthetic interrupt controller (hyperv.md 6.8,
 * async-page-fault.md 7.2, the interface is in docs/abi/hyperv-async-page-fault.md). Hyper-V documents nothing of the kind:
 * this is a design of Faultline.
 *
 * @since 0.1
 */
@NullMarked
package io.faultline.backend.hyperv.pagefault;

import org.jspecify.annotations.NullMarked;
