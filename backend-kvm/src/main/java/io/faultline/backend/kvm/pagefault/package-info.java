/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Asynchronous page faults in the style of KVM: not-present by SDEI event, ready by PPI, control by calls of the vendor
 * hypervisor service.
 *
 * @since 0.1
 */
package io.faultline.backend.kvm.pagefault;
