/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.wrong;

/** Breaks no rule itself: it is what a backend must not use. */
public final class MachineDescription {}
