/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

import io.faultline.api.memory.MemoryRegion;

/**
 * Guest memory that a driver may use on one vCPU. Translation is off or flat for all of it.
 *
 * @param area pages of zeroes for structures shared with the host, as many as {@link GuestDriver#areaPages} says
 * @param handler address of code memory where an event handler shall begin
 * @param resume address of code memory at which the guest's scheduler begins, at EL1
 * @since 0.1
 */
public record GuestSetup(MemoryRegion area, long handler, long resume) {}
