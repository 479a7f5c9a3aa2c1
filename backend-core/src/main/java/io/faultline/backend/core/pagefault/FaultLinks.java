/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import org.jspecify.annotations.Nullable;

/** The neighbours of a fault in one of the lists of an index; a fault that is in none has none. */
final class FaultLinks {
    /** The one before; of the first of a list, the last. */
    @Nullable
    Fault previous;

    /** The one behind; of the last, null. */
    @Nullable
    Fault next;
}
