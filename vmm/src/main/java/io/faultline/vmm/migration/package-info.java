/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Post-copy: a guest moves at once, and its pages follow, the ones that it waits for first.
 *
 * <p>The side that a guest leaves is the origin, the side where it goes on the target. {@link
 * io.faultline.vmm.migration.OriginHandshake} and {@link io.faultline.vmm.migration.TargetHandshake} hand the guest over so
 * that it never runs on both; then {@link io.faultline.vmm.migration.PageServer} supplies what {@link
 * io.faultline.vmm.migration.PostCopySource} asks for. Both talk in {@link io.faultline.vmm.migration.Frame}s over a {@link
 * io.faultline.vmm.migration.FrameChannel}; {@code docs/migration.md} describes the bytes. Nothing here starts a thread or
 * asks what time it is.
 *
 * @since 0.1
 */
package io.faultline.vmm.migration;
