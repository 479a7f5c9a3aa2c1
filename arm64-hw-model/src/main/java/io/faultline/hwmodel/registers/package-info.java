/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The architectural state of one PE as fields and arrays, shared by the executor and the exception model. */
package io.faultline.hwmodel.registers;
