/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The ports of a domain: what the hypervisor keeps of them for itself, whichever ABI the guest sees (xen.md 4.1). */
@NullMarked
package io.faultline.backend.xen.event.port;

import org.jspecify.annotations.NullMarked;
