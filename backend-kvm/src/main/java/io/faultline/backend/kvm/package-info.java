/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The KVM-style backend. */
package io.faultline.backend.kvm;
