/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The rule catalogue: what a backend has to do, one testable sentence each, as data.
 *
 * @since 0.1
 */
package io.faultline.conformance.rule;
