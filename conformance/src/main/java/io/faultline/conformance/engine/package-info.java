/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Runs a suite against a backend and gives verdicts.
 *
 * <p>{@link io.faultline.conformance.engine.ConformanceRunner} is the entry.
 *
 * @since 0.1
 */
package io.faultline.conformance.engine;
