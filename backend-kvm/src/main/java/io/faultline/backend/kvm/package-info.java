/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The backend in the style of KVM: its provider, its settings and capabilities, and how a machine is put together.
 *
 * @since 0.1
 */
package io.faultline.backend.kvm;
