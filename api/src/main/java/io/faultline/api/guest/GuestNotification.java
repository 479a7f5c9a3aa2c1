/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

/**
 * What a guest driver found when control was diverted to it.
 *
 * @since 0.1
 */
public sealed interface GuestNotification {
    /**
     * The page that the interrupted instruction needs is not there.
     *
     * @param token names the fault; zero-extended
     */
    record NotPresent(long token) implements GuestNotification {}

    /**
     * The page of an earlier fault is there.
     *
     * @param token names the fault; zero-extended
     */
    record Ready(long token) implements GuestNotification {}

    /** Every earlier fault of this vCPU has ended. */
    record WakeAll() implements GuestNotification {}

    /** Control was diverted by something that is not the driver's. */
    record NotMine() implements GuestNotification {}
}
