/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What every hypervisor backend shares. */
package io.faultline.backend.core;
