/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Accesses of a guest that stop a vCPU for its VMM. */
@NullMarked
package io.faultline.api.intercept;

import org.jspecify.annotations.NullMarked;
