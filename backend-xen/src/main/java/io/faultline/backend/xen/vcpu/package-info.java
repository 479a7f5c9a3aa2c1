/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What belongs to a vCPU: vcpu_info, runstate, the upcall, scheduling. */
@NullMarked
package io.faultline.backend.xen.vcpu;

import org.jspecify.annotations.NullMarked;
