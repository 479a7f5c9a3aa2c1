/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Reports: one page of HTML, JSON, JUnit XML and text.
 *
 * @since 0.1
 */
package io.faultline.conformance.report;
