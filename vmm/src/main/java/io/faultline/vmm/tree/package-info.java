/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Device trees: nodes and properties, their flattened form (Devicetree Specification v0.4), and the tree that describes a
 * machine.
 *
 * @since 0.1
 */
package io.faultline.vmm.tree;
