/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Guest memory: where it is, which of its pages are there, and who supplies the ones that are not.
 *
 * @since 0.1
 */
package io.faultline.api.memory;
