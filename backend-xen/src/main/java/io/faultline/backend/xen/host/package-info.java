/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The machines of a backend as domains of a host: what they are made of, and how they find each other. */
@NullMarked
package io.faultline.backend.xen.host;

import org.jspecify.annotations.NullMarked;
