/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The hypercall ABI of arm64: numbers, arguments, guest handles, error numbers. */
@NullMarked
package io.faultline.backend.xen.hypercall;

import org.jspecify.annotations.NullMarked;
