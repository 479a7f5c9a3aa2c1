/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Event notification: the channels by which a host reaches a guest, and what becomes of an injected event.
 *
 * @since 0.1
 */
package io.faultline.api.notification;
