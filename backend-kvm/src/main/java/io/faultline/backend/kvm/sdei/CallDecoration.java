/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.SdeiFunction;

/**
 * The place where one call can be replaced or wrapped: it sees every call once, when a dispatcher is made.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface CallDecoration {
    /** Leaves every call as it is. */
    CallDecoration NONE = (function, call) -> call;

    /**
     * Returns the call to use.
     *
     * @param function which call
     * @param call the call as it is
     * @return the same, or another one in its place
     */
    SdeiCall decorate(SdeiFunction function, SdeiCall call);
}
