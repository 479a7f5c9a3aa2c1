/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The guest's half: drivers that execute every step of their protocol as instructions of a vCPU and know nothing of the
 * backend but the interface that a guest sees.
 *
 * @since 0.1
 */
@NullMarked
package io.faultline.backend.hyperv.guest;

import org.jspecify.annotations.NullMarked;
