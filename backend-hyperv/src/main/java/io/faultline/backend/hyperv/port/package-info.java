/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Ports and connections: how messages and signals of guests and of the VMM find their way. */
@NullMarked
package io.faultline.backend.hyperv.port;

import org.jspecify.annotations.NullMarked;
