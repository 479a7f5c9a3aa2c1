/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Execution of A64: straight-line blocks of decoded operations, the cache of blocks, and the interpreter.
 *
 * <p>Blocks are the seam for a future translator to JVM code: it would consume the same operations.
 */
package io.faultline.hwmodel.execute;
