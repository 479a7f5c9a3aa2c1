/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What a guest finds out about its hypervisor, and what it says about itself. */
@NullMarked
package io.faultline.backend.hyperv.feature;

import org.jspecify.annotations.NullMarked;
