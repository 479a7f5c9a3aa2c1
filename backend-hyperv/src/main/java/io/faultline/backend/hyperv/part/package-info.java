/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the parts of a machine have in common. */
@NullMarked
package io.faultline.backend.hyperv.part;

import org.jspecify.annotations.NullMarked;
