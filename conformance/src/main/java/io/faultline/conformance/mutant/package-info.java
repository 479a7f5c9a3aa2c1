/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Proves the checks: a mutant is a backend with one seeded bug, and a check that it does not fail is worth nothing.
 *
 * @since 0.1
 */
package io.faultline.conformance.mutant;
