/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What a guest is before it runs: files read into segments, checked before anything touches a machine.
 *
 * <p>Files are untrusted: work and memory are bounded by the length of the file, and every defect is one sentence that
 * names the file.
 *
 * @since 0.1
 */
package io.faultline.vmm.image;
