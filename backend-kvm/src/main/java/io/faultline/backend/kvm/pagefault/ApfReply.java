/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a call returns.
 *
 * @param status X0
 * @param value X1; empty if the call leaves it alone
 * @since 0.1
 */
public record ApfReply(long status, OptionalLong value) {
    /** The call succeeded and has nothing more to say. */
    public static final ApfReply SUCCESS = of(Smccc.SUCCESS);

    /** Checks for null. */
    public ApfReply {
        Objects.requireNonNull(value, "value");
    }

    /**
     * Makes a reply without a value.
     *
     * @param status X0
     * @return the reply
     */
    public static ApfReply of(long status) {
        return new ApfReply(status, OptionalLong.empty());
    }

    /**
     * Makes a successful reply with a value.
     *
     * @param value X1
     * @return the reply
     */
    public static ApfReply value(long value) {
        return new ApfReply(Smccc.SUCCESS, OptionalLong.of(value));
    }
}
