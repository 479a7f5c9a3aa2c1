/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The one place that asks what time it is outside of machines. */
package io.faultline.cli.wallclock;
