/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.wrong;

import org.jspecify.annotations.NullUnmarked;

@NullUnmarked
public final class OptsOutOfNullness {}
