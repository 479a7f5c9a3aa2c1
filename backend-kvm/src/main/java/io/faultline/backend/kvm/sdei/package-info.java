/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The SDEI dispatcher of a machine, and what other parts of the hypervisor may do with it.
 *
 * @since 0.1
 */
package io.faultline.backend.kvm.sdei;
