/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What things cost, measured by JMH. */
@NullMarked
package io.faultline.benchmarks;

import org.jspecify.annotations.NullMarked;
