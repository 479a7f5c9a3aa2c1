/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

/**
 * The machines of one open backend: each of them has the same object, and a connection leads from one to another only then. It
 * does not know them, so that a machine that was closed is not kept.
 *
 * @since 0.1
 */
public final class Neighbourhood {
    /** Makes one that nobody else has. */
    public Neighbourhood() {}
}
