/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The guest's half: a processor that executes one instruction at a time, and drivers written against it.
 *
 * <p>A backend ships a {@link io.faultline.api.guest.GuestDriver} for each of its mechanisms. Common rules use it to
 * drive any backend without knowing how its notifications work. Everything a driver does is an instruction that a vCPU
 * executes.
 *
 * @since 0.1
 */
package io.faultline.api.guest;
