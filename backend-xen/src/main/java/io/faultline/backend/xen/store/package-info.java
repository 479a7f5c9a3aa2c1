/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** xenstore: the ring, the requests and the tree. */
@NullMarked
package io.faultline.backend.xen.store;

import org.jspecify.annotations.NullMarked;
