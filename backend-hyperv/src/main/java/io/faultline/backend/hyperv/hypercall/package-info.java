/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The hypercall ABI: conventions, control word, blocks of parameters and lists. */
@NullMarked
package io.faultline.backend.hyperv.hypercall;

import org.jspecify.annotations.NullMarked;
