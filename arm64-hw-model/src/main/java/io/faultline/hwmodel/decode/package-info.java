/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The A64 encodings as a table, and the search in it. */
package io.faultline.hwmodel.decode;
