/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.notification;

/**
 * The state of a channel towards one vCPU.
 *
 * @param ready the guest has set the channel up: handler registered and enabled, or interrupt enabled
 * @param pending an event is latched and not yet taken
 * @param active the guest is handling an event: handler running, or interrupt active
 * @since 0.1
 */
public record ChannelState(boolean ready, boolean pending, boolean active) {}
