/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How Faultline says that something went wrong: one exception with a stable id and four answers.
 *
 * @since 0.1
 */
package io.faultline.api.error;
