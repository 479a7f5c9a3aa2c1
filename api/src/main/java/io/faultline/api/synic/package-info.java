/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The VMM's side of the synthetic interrupt controllers of Hyper-V: ports, connections, messages and event flags. Start at
 * {@link io.faultline.api.synic.SyntheticInterrupts}.
 */
@NullMarked
package io.faultline.api.synic;

import org.jspecify.annotations.NullMarked;
