/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The guest's half: a driver that executes every step of its protocol as instructions of a vCPU and knows nothing of the
 * backend but the interface that a guest sees.
 *
 * @since 0.1
 */
@NullMarked
package io.faultline.backend.xen.guest;

import org.jspecify.annotations.NullMarked;
