/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/**
 * A change that the guest may know of.
 *
 * @param path the node
 * @param exact whether only watches of the node itself fire
 */
record Change(String path, boolean exact) {}
