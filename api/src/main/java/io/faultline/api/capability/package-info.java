/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What a backend can do, as typed values with limits.
 *
 * <p>An optional feature is an object that a machine has or does not have; a capability says in advance whether it will
 * be there, and how much of it. Conformance rules are switched on by the id of a capability.
 *
 * @since 0.1
 */
package io.faultline.api.capability;
